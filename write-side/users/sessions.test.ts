import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from '../testing/test-write-side.ts'
import { sessionIdOf } from './sessions.ts'

let side: TestWriteSide
beforeAll(async () => {
  side = await startTestWriteSide()
})
afterAll(() => side?.stop())

const password = 'a quiet long night'
const fresh = () => `s${randomUUID().slice(0, 8)}`
const newMember = async () => {
  const username = fresh()
  await side.register(username)
  return username
}
const tokenIn = (cookies: readonly string[]) =>
  /^__Host-session=([^;]*);/.exec(cookies.find(one => one.startsWith('__Host-')) ?? '')?.[1] ?? ''
const draft = { title: 'Still here', body: 'Words.', tags: [] }

describe('signing in', () => {
  it.each([
    ['user name', (username: string) => username.toUpperCase()],
    ['e-mail address', (username: string) => ` ${username}@Example.ORG `],
  ])('by %s begins a session that only the hash of its token names', async (_, loginOf) => {
    const username = await newMember()
    const sent = await side.post('/api/sessions', { login: loginOf(username), password })
    expect(sent).toMatchObject({ status: 201, body: { user: { username } } })
    expect(sent.headers.get('Location')).toBe('/api/sessions/current')
    const cookie = sent.cookies.find(one => one.startsWith('__Host-session='))
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/'])
      expect(cookie).toContain(attribute)
    const token = tokenIn(sent.cookies)
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const [event] = await side.store.read(`session-${sessionIdOf(token)}`)
    expect(event).toMatchObject({ type: 'SignedIn', data: { expiresAt: sent.body.expiresAt } })
    expect(sent.headers.get('Cryptotalks-Position')).toBe(String(event?.position))
    const everything = (await side.wholeLog()) + side.logged.join('') + sent.text
    expect(everything).not.toContain(token)
  })

  it('says the same of a wrong password and of an unknown account, and writes nothing', async () => {
    const username = await newMember()
    const before = await side.store.end()
    const wrong = await side.post('/api/sessions', { login: username, password: 'not this one' })
    const unknown = await side.post('/api/sessions', { login: fresh(), password: 'not this one' })
    for (const { status, body } of [wrong, unknown])
      expect([status, body.code]).toEqual([401, 'wrong-credentials'])
    const { instance: _, ...told } = wrong.body
    expect(unknown.body).toMatchObject(told)
    expect(await side.store.end()).toBe(before)
  })

  it('repeated under one key gives the same session', async () => {
    const login = await newMember()
    const key = { 'Idempotency-Key': randomUUID() }
    const send = () => side.post('/api/sessions', { login, password }, key)
    const [one, other] = await Promise.all([send(), send()])
    const later = await send()
    expect(new Set([one, other, later].map(({ cookies }) => tokenIn(cookies))).size).toBe(1)
    expect(new Set([one, other, later].map(({ text }) => text)).size).toBe(1)
  })

  it('under the key of a session that was ended since begins another', async () => {
    const login = await newMember()
    const key = { 'Idempotency-Key': randomUUID() }
    const first = tokenIn((await side.post('/api/sessions', { login, password }, key)).cookies)
    const headers = { Cookie: `__Host-session=${first}` }
    await side.send('DELETE', '/api/sessions/current', { headers })
    const again = tokenIn((await side.post('/api/sessions', { login, password }, key)).cookies)
    expect(again).not.toBe(first)
    const posted = await side.post('/api/posts', draft, { Cookie: `__Host-session=${again}` })
    expect(posted.status).toBe(201)
  })

  it('is stopped after ten tries at one account from one address, even with the right password then', async () => {
    const username = await newMember()
    const attempt = (word: string) =>
      side.post('/api/sessions', { login: username, password: word })
    for (let n = 0; n < 10; n++) expect((await attempt(`guess number ${n}`)).status).toBe(401)
    const stopped = await attempt(password)
    expect([stopped.status, stopped.body.code]).toEqual([429, 'too-many-attempts'])
    expect(Number(stopped.headers.get('Retry-After'))).toBeGreaterThan(60)
    const other = await newMember()
    expect((await side.post('/api/sessions', { login: other, password })).status).toBe(201)
  })

  it('that goes well never counts towards the limit', async () => {
    const username = await newMember()
    for (let n = 0; n < 12; n++)
      expect((await side.post('/api/sessions', { login: username, password })).status).toBe(201)
  })
})

describe('signing out', () => {
  it('ends the session on the server at once, and clears the cookie', async () => {
    const { Cookie } = await side.member()
    expect((await side.post('/api/posts', draft, { Cookie })).status).toBe(201)
    const out = await side.send('DELETE', '/api/sessions/current', { headers: { Cookie } })
    expect([out.status, out.text]).toEqual([200, '{}'])
    expect(out.cookies).toContainEqual(expect.stringMatching(/^__Host-session=;.*Max-Age=0/))
    expect(out.headers.get('Cryptotalks-Position')).toMatch(/^\d+$/)
    const after = await side.post('/api/posts', draft, { Cookie })
    expect([after.status, after.body.code]).toEqual([401, 'not-signed-in'])
  })

  it('ends it for every other write side within a second', async () => {
    const { Cookie } = await side.member()
    const other = await side.another()
    const writeThere = async () => {
      const begun = performance.now()
      const answer = await fetch(`${other.url}/api/posts`, {
        method: 'POST',
        body: JSON.stringify(draft),
        headers: { 'Content-Type': 'application/json', Cookie },
      })
      return { begun, status: answer.status }
    }
    expect((await writeThere()).status).toBe(201)
    await side.send('DELETE', '/api/sessions/current', { headers: { Cookie } })
    const ended = performance.now()
    let last = await writeThere()
    let lastTaken = ended
    while (last.status === 201) {
      lastTaken = last.begun
      last = await writeThere()
    }
    expect(last.status).toBe(401)
    // What it believes, it believes from before it last asked: how busy the machine is makes no difference.
    expect(lastTaken - ended).toBeLessThan(1_000)
    await other.stop()
  })

  it('again, with an unknown session or with none, answers the same and writes nothing', async () => {
    const { Cookie } = await side.member()
    const first = await side.send('DELETE', '/api/sessions/current', { headers: { Cookie } })
    const before = await side.store.end()
    for (const cookie of [Cookie, `__Host-session=${'x'.repeat(43)}`, '__Host-session=junk', '']) {
      const again = await side.send('DELETE', '/api/sessions/current', {
        headers: { Cookie: cookie },
      })
      expect([again.status, again.text]).toEqual([first.status, first.text])
      expect(again.cookies).toContainEqual(expect.stringMatching(/^__Host-session=;/))
    }
    expect(await side.store.end()).toBe(before)
  })
})
