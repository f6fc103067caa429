import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addPosts } from '../testing/rows.ts'
import { startTestApi, type TestApi } from '../testing/test-api.ts'

let server: TestPostgres
let models: ReadModels
let patient: TestApi
let impatient: TestApi

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('reading')
  models = await createReadModels(connectionString)
  patient = startTestApi(connectionString, { waitMilliseconds: 20_000 })
  impatient = startTestApi(connectionString, { waitMilliseconds: 30 })
  await models.project('posts', 10)
  await patient.follows(['posts'], 10)
  await impatient.follows(['posts'], 10)
})

afterAll(async () => {
  await patient?.close()
  await impatient?.close()
  await models?.close()
  await server?.stop()
})

describe('reading after a write', () => {
  it.each([
    ['by the header', 20, { 'cryptotalks-after': '20' }],
    ['by the cookie', 25, { cookie: 'theme=dark; after=25' }],
  ])('waits %s until the write shows', async (_how, position, headers) => {
    const answer = patient.get('/api/posts', headers)
    await models.db.deleteFrom('posts.posts').execute()
    await addPosts(models.db, [{ position }])
    await models.project('posts', position)
    const { status, body, headers: answered } = await answer
    expect(status).toBe(200)
    expect(body.items[0].id).toBe(`post-${position}`)
    expect(Number(answered['cryptotalks-position'])).toBeGreaterThanOrEqual(position)
  })

  it('notices what a projector has done when the word of it is lost', async () => {
    const answer = patient.get('/api/posts', { 'cryptotalks-after': '30' })
    await models.projectSilently('posts', 30)
    expect((await answer).headers['cryptotalks-position']).toBe('30')
  })

  it('waits for no projector that the answer does not hang on', async () => {
    await models.project('posts', 40)
    const { status } = await patient.get('/api/posts', { 'cryptotalks-after': '40' })
    expect(status).toBe(200)
    const { headers } = await patient.get('/api/coins')
    expect(headers['cryptotalks-position']).toBe('0')
  })

  it('tells who named the write that it does not show yet', async () => {
    const { status, body, headers } = await impatient.get('/api/posts', {
      'cryptotalks-after': '1000000',
    })
    expect([status, body.code]).toEqual([503, 'read-model-behind'])
    expect(headers['retry-after']).toBe('1')
  })

  it('serves who only carries the cookie with what there is', async () => {
    const { status, headers } = await impatient.get('/api/posts', { cookie: 'after=1000000' })
    expect(status).toBe(200)
    expect(Number(headers['cryptotalks-position'])).toBeLessThan(1_000_000)
  })

  it.each(['soon', '-1', '1.5', '0x10', '99999999999999999999999'])(
    'refuses %s as a position',
    async position => {
      const { status, body } = await impatient.get('/api/posts', { 'cryptotalks-after': position })
      expect([status, body.code]).toEqual([400, 'invalid-position'])
    },
  )

  it('ignores such a cookie', async () => {
    expect((await impatient.get('/api/posts', { cookie: 'after=soon' })).status).toBe(200)
  })
})

describe('a new version of a projector', () => {
  it('is read as soon as it is shown, and waited for from then on', async () => {
    await models.project('posts', 5_000)
    await patient.follows(['posts'], 5_000)
    expect((await patient.get('/api/posts?q=newer')).body.items).toEqual([])

    await models.showNextVersion(
      'posts',
      6_000,
      (schema, shown) =>
        `insert into ${schema}.posts select * from ${shown}.posts;
        update ${schema}.posts set search = search || ' newer'`,
    )
    await patient.follows(['posts'], 6_000)
    const { body, headers } = await patient.get('/api/posts?q=newer')
    expect(body.items).not.toEqual([])
    expect(headers['cryptotalks-position']).toBe('6000')

    const answer = patient.get('/api/posts', { 'cryptotalks-after': '7000' })
    await models.project('posts', 7_000)
    expect((await answer).headers['cryptotalks-position']).toBe('7000')
  })
})
