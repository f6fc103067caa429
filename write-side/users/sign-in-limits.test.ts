// Who is stopped from signing in, and who never is, whatever strangers do.
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from '../testing/test-write-side.ts'

let side: TestWriteSide
beforeAll(async () => {
  side = await startTestWriteSide()
})
afterAll(() => side?.stop())

const password = 'a quiet long night'
const fresh = () => `l${randomUUID().slice(0, 8)}`
const newMember = async () => {
  const username = fresh()
  await side.register(username)
  return username
}
const signIn = (login: string, word: string, from: string) =>
  side.post('/api/sessions', { login, password: word }, { 'X-Forwarded-For': from })
const guess = async (times: number, login: string, from: string) => {
  const statuses: number[] = []
  for (let n = 0; n < times; n++) statuses.push((await signIn(login, `guess ${n}`, from)).status)
  return statuses
}

// A hundred hashes, on whatever processor is left.
const hundredTriesMilliseconds = 120_000

describe('the owner of an account', () => {
  it(
    'signs in from their own address, however many strangers guess from elsewhere',
    async () => {
      const username = await newMember()
      for (let stranger = 1; stranger <= 12; stranger++)
        await guess(10, username, `198.51.100.${stranger}`)
      expect((await signIn(username, password, '203.0.113.1')).status).toBe(201)
      expect((await signIn(`${username}@example.org`, password, '203.0.113.1')).status).toBe(201)
    },
    hundredTriesMilliseconds,
  )

  it('is one account under user name and e-mail address, and each spelling of them', async () => {
    const username = await newMember()
    expect(await guess(5, username.toUpperCase(), '198.51.100.40')).not.toContain(429)
    expect(await guess(5, `${username}@EXAMPLE.org`, '198.51.100.40')).not.toContain(429)
    for (const login of [username, `${username}@example.org`])
      expect((await signIn(login, password, '198.51.100.40')).status).toBe(429)
  })
})

describe('one who guesses', () => {
  it('is stopped at an unknown account as at a known one', async () => {
    const known = await guess(11, await newMember(), '198.51.100.50')
    const unknown = await guess(11, fresh(), '198.51.100.51')
    expect(unknown).toEqual(known)
    expect(known).toEqual([...Array(10).fill(401), 429])
  })

  it('has one address in a whole network of IPv6', async () => {
    const username = await newMember()
    for (let n = 1; n <= 10; n++)
      expect((await signIn(username, 'no', `2001:db8:7:8::${n}`)).status).toBe(401)
    expect((await signIn(username, 'no', '2001:db8:7:8:9::9')).status).toBe(429)
    expect((await signIn(username, password, '2001:db8:7:9::1')).status).toBe(201)
  })

  it(
    'is stopped at all accounts together, told for how long, and no other address is',
    async () => {
      for (let n = 0; n < 10; n++) await guess(10, fresh(), '198.51.100.60')
      const stopped = await signIn(await newMember(), password, '198.51.100.60')
      expect([stopped.status, stopped.body.code]).toEqual([429, 'too-many-attempts'])
      expect(Number(stopped.headers.get('Retry-After'))).toBeGreaterThan(60)
      expect(stopped.body.detail).toMatch(/^Wait \d+ minutes/)
      expect((await signIn(await newMember(), password, '198.51.100.61')).status).toBe(201)
    },
    hundredTriesMilliseconds,
  )

  it('is counted by all write sides together', async () => {
    const other = await side.another()
    const username = await newMember()
    await guess(10, username, '198.51.100.70')
    const answer = await fetch(`${other.url}/api/sessions`, {
      method: 'POST',
      body: JSON.stringify({ login: username, password }),
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': '198.51.100.70' },
    })
    expect(answer.status).toBe(429)
    await other.stop()
  })
})

describe('joining', () => {
  it('is limited by address, in words too, and nobody else is kept out', async () => {
    const few = await startTestWriteSide(undefined, { LIMIT_SIGN_UPS_PER_ADDRESS: '3/600' })
    const join = (from: string, accept = 'application/json') => {
      const username = fresh()
      const account = { email: `${username}@example.org`, username, password, acceptTerms: true }
      return few.post('/api/users', account, { 'X-Forwarded-For': from, Accept: accept })
    }
    for (let n = 0; n < 3; n++) expect((await join('198.51.100.80')).status).toBe(201)
    const stopped = await join('198.51.100.80')
    expect([stopped.status, stopped.body.code]).toEqual([429, 'too-many-sign-ups'])
    expect(stopped.headers.get('Retry-After')).toMatch(/^\d+$/)
    expect(stopped.body.detail).toContain('Wait 10 minutes')
    expect((await join('198.51.100.81')).status).toBe(201)
    const form = { email: 'a@example.org', username: fresh(), password, acceptTerms: 'on' }
    const page = await few.form('/api/users', form, { 'X-Forwarded-For': '198.51.100.80' })
    expect([page.status, page.text]).toEqual([429, expect.stringContaining('Wait 10 minutes')])
    await few.stop()
  })
})

describe('without the tables of the counts', () => {
  it('nobody meets an error, and counting begins anew', async () => {
    const username = await newMember()
    await guess(10, username, '198.51.100.90')
    expect((await signIn(username, password, '198.51.100.90')).status).toBe(429)
    const database = new Client({ connectionString: side.postgres.connectionString })
    await database.connect()
    await database.query('drop schema limits cascade')
    const statuses = await guess(11, username, '198.51.100.90')
    expect(statuses).toEqual([...Array(10).fill(401), 429])
    const { rows } = await database.query('select key from limits.taken')
    expect(rows.length).toBeGreaterThan(0)
    await database.end()
  })
})
