import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from '../testing/test-write-side.ts'

let side: TestWriteSide
beforeAll(async () => {
  side = await startTestWriteSide()
})
afterAll(() => side?.stop())

const fresh = (prefix = 'u') => prefix + randomUUID().slice(0, 8)
const person = (username: string) => ({
  email: `${username}@example.org`,
  username,
  password: 'correct horse battery',
  acceptTerms: true,
})
// Two hashes a race, on whatever processor is left.
const racesMilliseconds = 240_000

describe('registering', () => {
  it('answers who one is now, where that stands, and from where on it can be read', async () => {
    const username = fresh()
    const sent = await side.post('/api/users', person(username))
    expect(sent.status).toBe(201)
    expect(sent.body).toEqual({ id: expect.any(String), username })
    expect(sent.headers.get('Location')).toBe(`/api/users/${username}`)
    expect(sent.headers.get('ETag')).toBe('"0"')
    const [event] = await side.store.read(`user-${sent.body.id}`)
    expect(sent.headers.get('Cryptotalks-Position')).toBe(String(event?.position))
    expect(sent.cookies).toContainEqual(expect.stringContaining(`after=${event?.position};`))
    expect(event).toMatchObject({
      type: 'UserRegistered',
      data: { terms: { version: expect.any(String), acceptedAt: expect.any(String) } },
      metadata: { actor: { kind: 'guest' } },
    })
  })

  it('keeps a name in whatever spelling, and an address too', async () => {
    const username = fresh()
    await side.post('/api/users', person(username))
    const loud = { ...person(fresh()), username: username.toUpperCase() }
    expect(await side.post('/api/users', loud)).toMatchObject({
      status: 409,
      body: { code: 'username-taken', errors: [{ field: 'username', code: 'username-taken' }] },
    })
    const spaced = { ...person(fresh()), email: `  ${username.toUpperCase()}@EXAMPLE.org ` }
    expect(await side.post('/api/users', spaced)).toMatchObject({
      status: 409,
      body: { code: 'email-taken' },
    })
  })

  it('that is refused writes nothing, and keeps no name from anybody', async () => {
    const [taken, wanted] = [fresh(), fresh()]
    await side.post('/api/users', person(taken))
    const before = await side.store.end()
    const refused = { ...person(wanted), email: `${taken}@example.org` }
    expect((await side.post('/api/users', refused)).status).toBe(409)
    expect(await side.store.end()).toBe(before)
    expect((await side.post('/api/users', person(wanted))).status).toBe(201)
  })

  it.each([
    ['user name', (n: number, name: string) => ({ ...person(name), email: `${name}${n}@x.org` })],
    [
      'e-mail address',
      (n: number, name: string) => ({ ...person(`${name}${n}`), email: `${name}@x.org` }),
    ],
  ])(
    'raced by two for one %s is won by exactly one, fifty times in a row',
    async (kind, racer) => {
      const code = kind === 'user name' ? 'username-taken' : 'email-taken'
      for (let race = 0; race < 50; race++) {
        const name = fresh('r')
        const racers = [racer(1, name), racer(2, name)]
        const sent = await Promise.all(racers.map(body => side.post('/api/users', body)))
        expect(sent.map(({ status }) => status).sort()).toEqual([201, 409])
        const loser = sent.findIndex(({ status }) => status === 409)
        expect(sent[loser]?.body.code).toBe(code)
        if (race % 5 > 0) continue
        // What the loser had reserved on the way is free again.
        const changed = fresh('l')
        const change = kind === 'user name' ? { username: changed } : { email: `${changed}@x.org` }
        expect((await side.post('/api/users', { ...racers[loser], ...change })).status).toBe(201)
      }
    },
    racesMilliseconds,
  )

  it('sent many times at once under one key makes one user and one answer', async () => {
    const [username, key] = [fresh(), randomUUID()]
    const sent = await Promise.all(
      Array.from({ length: 6 }, () =>
        side.post('/api/users', person(username), { 'Idempotency-Key': key }),
      ),
    )
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1)
    expect(new Set(sent.map(({ headers }) => headers.get('Cryptotalks-Position'))).size).toBe(1)
    expect(await side.store.read(`user-${sent[0]?.body.id}`)).toHaveLength(1)
  })

  it('sent again after a lost answer is answered as the first time', async () => {
    const [username, key] = [fresh(), randomUUID()]
    const lost = new AbortController()
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key }
    const body = JSON.stringify(person(username))
    const sending = side.send('POST', '/api/users', { body, headers, signal: lost.signal })
    // Hung up as soon as the command has left its first mark.
    const before = await side.store.end()
    while ((await side.store.end()) === before) await new Promise(setImmediate)
    lost.abort()
    await sending.catch(() => undefined)
    const again = await side.send('POST', '/api/users', { body, headers })
    const andAgain = await side.send('POST', '/api/users', { body, headers })
    expect([again.status, andAgain.status]).toEqual([201, 201])
    expect(andAgain.text).toBe(again.text)
    expect(await side.store.read(`user-${again.body.id}`)).toHaveLength(1)
  })

  it('under the same key with another password is refused, and the password stays', async () => {
    const [username, key] = [fresh(), randomUUID()]
    await side.post('/api/users', person(username), { 'Idempotency-Key': key })
    const other = { ...person(username), password: 'another one entirely' }
    expect(await side.post('/api/users', other, { 'Idempotency-Key': key })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    })
    const login = { login: username, password: 'correct horse battery' }
    expect((await side.post('/api/sessions', login)).status).toBe(201)
  })

  it('leaves neither name, address nor password in clear in the log', async () => {
    const username = fresh('private')
    const sent = await side.post('/api/users', {
      ...person(username),
      password: 'never to be seen',
    })
    expect(sent.status).toBe(201)
    const log = (await side.wholeLog()).toLowerCase()
    expect(log).toContain(String(sent.body.id))
    for (const secret of [username, 'example.org', 'never to be seen', '$argon2'])
      expect(log).not.toContain(secret)
    expect(side.logged.join('')).not.toContain(username)
  })
})
