import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { schemaOf } from '@cryptotalks/projections/engine/projector'
import { postsProjector } from '@cryptotalks/projections/posts/projector'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addPosts } from '../testing/rows.ts'
import { startTestApi, type TestAnswer, type TestApi } from '../testing/test-api.ts'

let server: TestPostgres
let models: ReadModels
let api: TestApi

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('rebuilding')
  models = await createReadModels(connectionString)
  api = startTestApi(connectionString)
  await addPosts(models.db, [{ position: 10 }, { position: 20 }])
  await models.project('posts', 20)
  await api.follows(['posts'], 20)
})

afterAll(async () => {
  await api?.close()
  await models?.close()
  await server?.stop()
})

const run = (text: string) => sql.raw(text).execute(models.db)
const codeOf = ({ status, body }: TestAnswer) => [status, body?.code]
const until = (path: string, status: number): Promise<TestAnswer> =>
  vi.waitFor(
    async () => {
      const answer = await api.get(path)
      expect(answer.status).toBe(status)
      return answer
    },
    { timeout: 20_000 },
  )

describe('a read model that is being made from nothing', () => {
  it('is answered as such, with how far it is, and so is nothing that does not hang on it', async () => {
    await run(`delete from projections.live where projector = 'posts';
      update projections.checkpoints set goal = 80 where projector = 'posts';
      select pg_notify('projected', 'shown')`)
    const { body, headers } = await until('/api/posts', 503)
    expect(body).toMatchObject({
      code: 'read-model-rebuilding',
      projector: 'posts',
      progress: 0.25,
    })
    expect(body.detail).toContain('25 %')
    expect(headers['retry-after']).toBe('2')
    const after = { 'cryptotalks-after': '1000', cookie: 'after=1000' }
    expect(codeOf(await api.get('/api/posts', after))).toEqual([503, 'read-model-rebuilding'])
    expect(codeOf(await api.get('/api/posts/post-10'))).toEqual([503, 'read-model-rebuilding'])
    expect(codeOf(await api.get('/api/users/ada'))).toEqual([503, 'read-model-rebuilding'])
    expect((await api.get('/api/coins')).status).toBe(200)
    expect((await api.get('/api/openapi.json', after)).status).toBe(404)
  })

  it('tells how it gets on, and shows as soon as it is complete', async () => {
    await run("update projections.checkpoints set position = 80 where projector = 'posts'")
    await vi.waitFor(async () => expect((await api.get('/api/posts')).body.progress).toBe(0.999), {
      timeout: 20_000,
    })
    await run(`insert into projections.live values ('posts', ${postsProjector.version});
      select pg_notify('projected', 'shown')`)
    expect((await until('/api/posts', 200)).body.items).toHaveLength(2)
  })
})

describe('a read model that is lost', () => {
  it('is never an empty list, from the very moment on at which its tables are emptied', async () => {
    expect((await api.get('/api/posts')).body.items).toHaveLength(2)
    await run(`truncate ${schemaOf(postsProjector)}.posts`)
    // An answer that was given before may be given again for a moment: it is whole.
    const answers: TestAnswer[] = []
    await vi.waitFor(
      async () => {
        answers.push(
          await api.get('/api/posts'),
          await api.get(`/api/posts?limit=${(answers.length % 90) + 5}`),
        )
        expect(answers.at(-2)?.status).toBe(503)
      },
      { timeout: 20_000, interval: 5 },
    )
    const whole = ({ status, body }: TestAnswer) =>
      status === 503 ? body.code === 'read-model-rebuilding' : body.items.length === 2
    expect(answers.filter(answer => !whole(answer))).toEqual([])
  })

  it('is being rebuilt, rather than a fault of ours, when its tables are gone', async () => {
    await run('drop schema posts cascade; drop schema users cascade')
    expect(codeOf(await api.get('/api/users/ada'))).toEqual([503, 'read-model-rebuilding'])
    await run('drop schema projections cascade')
    const { body } = await until('/api/coins', 503)
    expect(body).toMatchObject({ code: 'read-model-rebuilding', projector: 'rates', progress: 0 })
  })

  it('is being rebuilt as well where no projector has ever been', async () => {
    const empty = startTestApi(await server.createDatabase('empty'))
    expect(codeOf(await empty.get('/api/posts'))).toEqual([503, 'read-model-rebuilding'])
    await empty.close()
  })
})
