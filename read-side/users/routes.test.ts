import { createHash, randomBytes } from 'node:crypto'
import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { sessionCookieName } from '@cryptotalks/shared-kernel/http/cookies'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addUser } from '../testing/rows.ts'
import { startTestApi, type TestApi } from '../testing/test-api.ts'

let server: TestPostgres
let models: ReadModels
let api: TestApi

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('users')
  models = await createReadModels(connectionString)
  api = startTestApi(connectionString, { waitMilliseconds: 20_000 })
  await addUser(models.db, 'Ada', 3)
  await addUser(models.db, 'bob')
})

afterAll(async () => {
  await api?.close()
  await models?.close()
  await server?.stop()
})

/** Signs somebody in for so many seconds; gives the session's id and the cookie that the browser then holds. */
async function signIn(userId: string, seconds = 60) {
  const token = randomBytes(32).toString('base64url')
  const id = createHash('sha256').update(token).digest('hex')
  const expires_at = new Date(Date.now() + seconds * 1_000)
  await models.db
    .insertInto('users.sessions')
    .values({ id, user_id: userId, started_at: new Date(0), expires_at, position: '2' })
    .execute()
  return { id, cookie: `${sessionCookieName}=${token}` }
}

describe('GET /api/users/:username', () => {
  it('shows a person, by their name in any case', async () => {
    const { status, body } = await api.get('/api/users/ADA')
    expect(status).toBe(200)
    expect(body).toEqual({
      id: 'user-ada',
      username: 'Ada',
      joinedAt: '2026-03-01T12:00:00.000Z',
      posts: 3,
    })
  })

  it('counts no posts of who is not known to have written', async () => {
    await models.db.deleteFrom('posts.authors').where('id', '=', 'user-bob').execute()
    expect((await api.get('/api/users/bob')).body.posts).toBe(0)
  })

  it('reflects no more than the slower of both projectors', async () => {
    await models.project('users', 90)
    await models.project('posts', 70)
    await api.follows(['users', 'posts'], 70)
    expect((await api.get('/api/users/ada')).headers['cryptotalks-position']).toBe('70')
  })

  it.each(['nobody', '%25', 'ada%20', 'x'.repeat(2_000)])('knows nobody named %s', async name => {
    const { status, body } = await api.get(`/api/users/${name}`)
    expect([status, body.code]).toEqual([404, 'user-not-found'])
  })
})

describe('GET /api/me', () => {
  it('shows who is signed in, to nobody else', async () => {
    const { cookie } = await signIn('user-ada')
    const { status, body, headers } = await api.get('/api/me', { cookie })
    expect(status).toBe(200)
    expect(body).toEqual({
      id: 'user-ada',
      username: 'Ada',
      email: 'ada@example.org',
      joinedAt: '2026-03-01T12:00:00.000Z',
    })
    expect(headers['cache-control']).toBe('private, no-cache')
  })

  it.each([
    ['without a cookie', async () => ''],
    ['with a token of nobody', async () => `${sessionCookieName}=${'A'.repeat(43)}`],
    ['with a token that has no form', async () => `${sessionCookieName}=' or 1=1`],
    [
      'with the hash in place of the token',
      async () => {
        const { id } = await signIn('user-ada')
        return `${sessionCookieName}=${id}`
      },
    ],
    ['after the session expired', async () => (await signIn('user-ada', -1)).cookie],
    ['as somebody unknown', async () => (await signIn('user-nobody')).cookie],
  ])('is refused %s', async (_when, cookie) => {
    const { status, body } = await api.get('/api/me', { cookie: await cookie() })
    expect([status, body.code]).toEqual([401, 'not-signed-in'])
  })

  it('is refused to who was forgotten', async () => {
    await addUser(models.db, 'carol')
    const { cookie } = await signIn('user-carol')
    await models.db
      .updateTable('users.users')
      .set({ username: null, username_key: null, email: null })
      .where('id', '=', 'user-carol')
      .execute()
    expect((await api.get('/api/me', { cookie })).status).toBe(401)
  })

  it('knows a session that is projected only while it is asked for', async () => {
    const asked = api.get('/api/me', { 'cryptotalks-after': '1000', cookie: 'none=1' })
    const { cookie } = await signIn('user-ada')
    const answer = api.get('/api/me', { 'cryptotalks-after': '1000', cookie })
    await models.project('users', 1_000)
    expect((await asked).status).toBe(401)
    expect((await answer).status).toBe(200)
  })

  it('counts a session as ended for who has seen its end', async () => {
    const { id, cookie } = await signIn('user-ada')
    expect((await api.get('/api/me', { cookie })).status).toBe(200)
    const after = api.get('/api/me', { cookie: `${cookie}; after=2000` })
    await models.db.deleteFrom('users.sessions').where('id', '=', id).execute()
    await models.project('users', 2_000)
    expect((await after).status).toBe(401)
  })
})
