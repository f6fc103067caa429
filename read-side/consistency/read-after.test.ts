import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addPosts } from '../testing/rows.ts'
import { startTestApi, type TestApi } from '../testing/test-api.ts'

let server: TestPostgres
let models: ReadModels
let patient: TestApi
let impatient: TestApi
/** Would have a test run out of time that waits for what does not come. */
let neverLate: TestApi
let end: bigint | undefined = 500n

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('reading')
  models = await createReadModels(connectionString)
  patient = startTestApi(connectionString, { waitMilliseconds: 20_000 })
  impatient = startTestApi(connectionString, { waitMilliseconds: 30 })
  neverLate = startTestApi(connectionString, {
    waitMilliseconds: 600_000,
    logEnd: { isBefore: async position => (end === undefined ? undefined : position > end) },
  })
  await models.project('posts', 10)
  await neverLate.follows(['posts'], 10)
  await patient.follows(['posts'], 10)
  await impatient.follows(['posts'], 10)
})

afterAll(async () => {
  await patient?.close()
  await impatient?.close()
  await neverLate?.close()
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

  it('serves who only carries the cookie with what there is, and says that it is behind', async () => {
    const { status, headers } = await impatient.get('/api/posts', { cookie: 'after=1000000' })
    expect(status).toBe(200)
    expect(Number(headers['cryptotalks-position'])).toBeLessThan(1_000_000)
    expect(headers).toMatchObject({
      'cryptotalks-behind': 'true',
      'cache-control': 'private, no-store',
    })
    const again = await impatient.get('/api/posts', { cookie: 'after=1' })
    expect(again.headers['cryptotalks-behind']).toBeUndefined()
  })

  it('says of what may only not show yet that it is written, not that it is not there', async () => {
    const session = `__Host-session=${'A'.repeat(43)}`
    const answers = await Promise.all([
      impatient.get('/api/posts/just-published', { cookie: 'after=1000000' }),
      impatient.get('/api/me', { cookie: `after=1000000; ${session}` }),
    ])
    for (const { status, body, headers } of answers) {
      expect([status, body.code]).toEqual([503, 'read-model-behind'])
      expect(headers['retry-after']).toBe('1')
      expect(headers.etag).toBeUndefined()
    }
    const gone = await impatient.get('/api/posts/just-published', { cookie: 'after=1' })
    expect(gone.status).toBe(404)
    const signedOut = await impatient.get('/api/me', { cookie: 'after=1000000' })
    expect(signedOut.status).toBe(401)
  })

  it('waits no longer than the reader prefers', async () => {
    const { status, headers } = await neverLate.get('/api/posts', {
      cookie: 'after=450',
      prefer: 'return=minimal, wait=0',
    })
    expect([status, headers['cryptotalks-behind']]).toEqual([200, 'true'])
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

describe('a position beyond the end of the log', () => {
  it.each(['501', '9223372036854775807', '18446744073709551615'])(
    'is waited for by nobody: %s',
    async position => {
      const asked = await neverLate.get('/api/posts', { 'cryptotalks-after': position })
      expect([asked.status, asked.body.code]).toEqual([400, 'invalid-position'])
      const carried = await neverLate.get('/api/posts', { cookie: `after=${position}` })
      expect([carried.status, carried.headers['cryptotalks-behind']]).toEqual([200, undefined])
      const gone = await neverLate.get('/api/posts/none', { cookie: `after=${position}` })
      expect(gone.status).toBe(404)
    },
  )

  it('is waited for as any other, but only for a moment, while nobody knows where that is', async () => {
    end = undefined
    const { status, body } = await neverLate.get('/api/posts', { 'cryptotalks-after': '501' })
    expect([status, body.code]).toEqual([503, 'read-model-behind'])
    end = 500n
  })
})

describe('a read that hangs on no projector', () => {
  it('is also that of who is signed in, by who shows no session', async () => {
    const { status, body } = await neverLate.get('/api/me', { cookie: 'after=450' })
    expect([status, body.code]).toEqual([401, 'not-signed-in'])
  })

  it('waits for none, whatever it is asked to be read after', async () => {
    for (const position of ['0', '400', '1000000']) {
      const headers = { 'cryptotalks-after': position, cookie: `after=${position}` }
      const { status, body } = await neverLate.get('/api/openapi.json', headers)
      expect([status, body.code]).toEqual([404, 'no-openapi-document'])
    }
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
