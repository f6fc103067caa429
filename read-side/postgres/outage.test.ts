import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { sql } from 'kysely'
import { DatabaseError } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addPosts } from '../testing/rows.ts'
import { startTestApi, type TestAnswer, type TestApi } from '../testing/test-api.ts'
import { isOutage } from './outage.ts'

let server: TestPostgres
let models: ReadModels
let api: TestApi

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('outage')
  models = await createReadModels(connectionString)
  api = startTestApi(connectionString, { waitMilliseconds: 20_000 })
  await addPosts(models.db, [{ position: 1 }])
})

afterAll(async () => {
  await api?.close()
  await models?.close()
  await server?.stop()
})

/** Asks until the answer has this status: an outage, and its end, are noticed a moment after they are there. */
const until = (status: number, path: string): Promise<TestAnswer> =>
  vi.waitFor(
    async () => {
      const answer = await api.get(path)
      expect(answer.status).toBe(status)
      return answer
    },
    { timeout: 20_000 },
  )

describe('an outage of Postgres', () => {
  it('is answered as one while it lasts, and is over by itself', async () => {
    expect((await api.get('/api/posts')).status).toBe(200)
    await server.kill()

    const answers = await Promise.all(
      ['/api/posts', '/api/posts/post-1', '/api/users/ada', '/api/coins', '/api/coins/btc'].map(
        path => until(503, path),
      ),
    )
    for (const { status, body, headers } of answers) {
      expect([status, body.code]).toEqual([503, 'unavailable'])
      expect(headers['retry-after']).toBe('2')
      const { instance: _randomDigits, ...told } = body
      expect(JSON.stringify(told)).not.toMatch(/ECONN|postgres|5432|127\.0/i)
    }

    await server.restart()
    const { body } = await until(200, '/api/posts')
    expect(body.items).toHaveLength(1)
    // The positions are followed again too, from what they are now.
    const answer = api.get('/api/posts', { 'cryptotalks-after': '77' })
    await models.project('posts', 77)
    expect((await answer).status).toBe(200)
  })

  it('is survived when it comes while questions are under way', async () => {
    const asked = Array.from({ length: 200 }, () => api.get('/api/posts'))
    await server.kill()
    const statuses = new Set((await Promise.all(asked)).map(({ status }) => status))
    expect([...statuses].filter(status => status !== 200 && status !== 503)).toEqual([])
    await server.restart()
    expect((await until(200, '/api/posts')).body.items).toHaveLength(1)
  })
})

describe('a statement whose view was replaced by one of other types', () => {
  it('is prepared anew', async () => {
    expect((await api.get('/api/users/nobody')).status).toBe(404)
    await sql
      .raw(
        `drop view posts.authors;
        create view posts.authors as
          select id, username, username_key, posts::smallint as posts from posts_2.authors`,
      )
      .execute(models.db)
    expect((await api.get('/api/users/nobody')).status).toBe(404)
  })
})

describe('isOutage', () => {
  const database = (code: string) =>
    Object.assign(new DatabaseError('message', 1, 'error'), { code })

  it.each(['08006', '53300', '57P01', '57014', '58P01', '40P01'])(
    'holds SQLSTATE %s for one',
    code => {
      expect(isOutage(database(code))).toBe(true)
    },
  )

  it.each(['42P01', '42601', '42703', '22021', '22P02', '23505'])(
    'holds %s for our mistake',
    code => {
      expect(isOutage(database(code))).toBe(false)
    },
  )

  it('holds what is wrong with our code for our mistake', () => {
    expect(isOutage(new TypeError('x is not a function'))).toBe(false)
    expect(isOutage('a text')).toBe(false)
  })
})
