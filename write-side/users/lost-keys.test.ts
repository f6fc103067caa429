import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from '../testing/test-write-side.ts'

let side: TestWriteSide
beforeAll(async () => {
  side = await startTestWriteSide()
})
afterAll(() => side?.stop())

const password = 'a quiet long night'
const draft = { title: 'Where is my key', body: 'Words.', tags: [] }
const lost = { status: 503, body: { code: 'key-missing' } }

describe('a person whose key is missing from the keyring', () => {
  it('is neither taken for a stranger nor given a second key, and is whole again once the key is back', async () => {
    const { username, Cookie } = await side.member()
    const row = await side.loseKeyOf(username)
    for (const sent of [
      await side.post('/api/posts', draft, { Cookie }),
      await side.post('/api/sessions', { login: username, password }),
      await side.post('/api/sessions', { login: username, password: 'another guess' }),
    ]) {
      expect(sent).toMatchObject(lost)
      expect(sent.headers.get('Retry-After')).toMatch(/^\d+$/)
      expect(sent.body.detail).toContain('Nothing was done')
    }
    expect(await side.keys(row.subject)).toEqual([])
    const metrics = await side.send('GET', '/metrics')
    expect(metrics.text).toMatch(/^keyring_missing_keys\{.*\} 1$/m)
    expect(side.logged.join('')).toContain(`the key of person ${row.subject} is missing`)

    await side.putBack(row)
    expect((await side.post('/api/posts', draft, { Cookie })).status).toBe(201)
    expect((await side.post('/api/sessions', { login: username, password })).status).toBe(201)
    expect((await side.send('GET', '/metrics')).text).toMatch(/^keyring_missing_keys\{.*\} 0$/m)
  })

  it('keeps both names, and bothers nobody else', async () => {
    const { username } = await side.member()
    await side.loseKeyOf(username)
    const others = [
      await side.register(username, { email: 'somebody.else@example.org' }),
      await side.register('somebody_else', { email: `${username}@example.org` }),
    ]
    expect(others.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'username-taken'],
      [409, 'email-taken'],
    ])
    const { Cookie } = await side.member()
    expect((await side.post('/api/posts', draft, { Cookie })).status).toBe(201)
  })
})

describe('a person whose key was destroyed', () => {
  it('is forgotten: signed in no more, whatever the browser still holds', async () => {
    const { username, Cookie } = await side.member()
    const { subject } = await side.loseKeyOf(username)
    await side.putBack({ subject, wrapped: null })
    expect(await side.post('/api/posts', draft, { Cookie })).toMatchObject({
      status: 401,
      body: { code: 'not-signed-in' },
    })
    expect(await side.post('/api/sessions', { login: username, password })).toMatchObject({
      status: 401,
      body: { code: 'wrong-credentials' },
    })
    expect(await side.keys(subject)).toMatchObject([{ wrapped: null }])
  })
})
