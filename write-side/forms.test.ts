import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from './testing/test-write-side.ts'

let side: TestWriteSide
beforeAll(async () => {
  side = await startTestWriteSide()
})
afterAll(() => side?.stop())

const fresh = () => `f${randomUUID().slice(0, 8)}`
const password = 'a quiet long night'
const signUp = (username: string) => ({
  email: `${username}@example.org`,
  username,
  password,
  acceptTerms: 'on',
  idempotencyKey: randomUUID(),
})
const next = (sent: { status: number; headers: Headers }) => [
  sent.status,
  sent.headers.get('Location'),
]
/** What the stand-in for the site's pages was given. */
const shown = (text: string) =>
  JSON.parse(text) as {
    path: string
    around: number
    refused: { values: Record<string, string>; problem: { code: string; detail?: string } }
  }

describe('without scripts one', () => {
  it('signs up, in, writes, and signs out by forms alone', async () => {
    const username = fresh()
    expect(next(await side.form('/api/users', signUp(username)))).toEqual([
      303,
      '/sign-in?joined=1&back=%2F',
    ])
    const back = '/posts/new?from=menu'
    const signedIn = await side.form('/api/sessions', { login: username, password, back })
    expect(next(signedIn)).toEqual([303, `/signed-in?back=${encodeURIComponent(back)}`])
    expect(signedIn.text).toBe('')
    const Cookie = signedIn.cookies.map(cookie => cookie.split(';')[0]).join('; ')
    expect(Cookie).toMatch(/after=\d+/)
    const typed = { title: 'By hand', body: 'one\r\ntwo', tags: 'Btc, slow  btc' }
    const posted = await side.form('/api/posts', typed, { Cookie })
    expect(next(posted)).toEqual([303, '/posts/by-hand'])
    expect(posted.cookies).toContainEqual(expect.stringMatching(/^after=\d+/))
    const out = await side.form('/api/sessions/current', { _method: 'DELETE' }, { Cookie })
    expect(next(out)).toEqual([303, '/'])
    const after = await side.form('/api/posts', typed, { Cookie })
    expect(after.status).toBe(401)
  })

  it('comes by way of a new account to the page that needed one', async () => {
    const joined = await side.form('/api/users', { ...signUp(fresh()), back: '/posts/new' })
    expect(next(joined)).toEqual([303, '/sign-in?joined=1&back=%2Fposts%2Fnew'])
    const refused = await side.form('/api/users', { ...signUp('x'), back: '/posts/new' })
    expect(shown(refused.text).path).toBe('/sign-up?back=%2Fposts%2Fnew')
  })

  it('sends a form twice and has one account', async () => {
    const form = signUp(fresh())
    const sent = await Promise.all([side.form('/api/users', form), side.form('/api/users', form)])
    for (const one of sent) expect(next(one)).toEqual([303, '/sign-in?joined=1&back=%2F'])
  })

  it('gets a refused form back as it was typed, but for the password', async () => {
    const taken = signUp(fresh())
    await side.form('/api/users', taken)
    const again = { ...taken, email: 'else@example.org', idempotencyKey: randomUUID() }
    const sent = await side.form('/api/users', again)
    expect(sent.status).toBe(409)
    expect(sent.headers.get('Content-Type')).toMatch(/^text\/html/)
    const { path, refused, around } = shown(sent.text)
    expect(path).toBe('/sign-up')
    expect(refused.problem.code).toBe('username-taken')
    expect(refused.values).toMatchObject({ username: taken.username, email: 'else@example.org' })
    expect(sent.text).not.toContain(password)
    // The read side is away in this test; the form came all the same.
    expect(around).toBe(503)
  })

  it('keeps a long text when one is signed out', async () => {
    const sent = await side.form('/api/posts', { title: 'T', body: 'much work', tags: '' })
    expect(sent.status).toBe(401)
    expect(shown(sent.text)).toMatchObject({
      path: '/posts/new',
      refused: { values: { body: 'much work' }, problem: { code: 'not-signed-in' } },
    })
  })

  it('sees a preview on the form’s own page', async () => {
    const { Cookie } = await side.member()
    const typed = { title: 'T', body: '**bold**', tags: 'a' }
    const sent = await side.form('/api/previews', typed, { Cookie })
    expect(sent.status).toBe(200)
    expect(shown(sent.text)).toMatchObject({
      path: '/posts/new',
      refused: { values: { body: '**bold**' }, problem: { code: 'preview' } },
    })
    expect(shown(sent.text).refused.problem.detail).toContain('<strong>bold</strong>')
  })

  it('keeps a text that is too intricate to be shown, or whose writer is signed out', async () => {
    const { Cookie } = await side.member()
    const intricate = `${'>'.repeat(20_000)}\n${'a\n'.repeat(9_000)}`
    for (const [body, cookie, code] of [
      [intricate, Cookie, 'text-too-intricate'],
      ['much work', '', 'not-signed-in'],
    ] as const)
      for (const path of ['/api/previews', '/api/posts']) {
        const typed = { title: 'Kept', body, tags: 'a' }
        const { refused } = shown((await side.form(path, typed, { Cookie: cookie })).text)
        expect(refused).toMatchObject({ values: typed, problem: { code } })
      }
  })

  it('chooses colours and comes back to the page', async () => {
    const sent = await side.form('/theme', { theme: 'dark', back: '/market?sort=name' })
    expect(next(sent)).toEqual([303, '/market?sort=name'])
    expect(sent.cookies).toContainEqual(expect.stringMatching(/^theme=dark;/))
    expect((await side.form('/theme', { theme: 'pink' })).status).toBe(422)
  })

  it('is sent on by a header of a size that every proxy takes, however long a way back is asked for', async () => {
    const username = fresh()
    await side.register(username)
    for (const length of [4_000, 20_000]) {
      const back = `/${'%'.repeat(length)}`
      const sent = await side.form('/api/sessions', { login: username, password, back })
      expect(sent.status).toBe(303)
      expect(sent.headers.get('Location')?.length).toBeLessThan(8_000)
    }
  })

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'is never sent on to %s',
    async back => {
      const username = fresh()
      await side.register(username)
      const signedIn = await side.form('/api/sessions', { login: username, password, back })
      expect(next(signedIn)).toEqual([303, '/signed-in?back=%2F'])
      expect(next(await side.form('/theme', { theme: 'dark', back }))).toEqual([303, '/'])
    },
  )
})
