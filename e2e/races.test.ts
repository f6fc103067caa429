// Two who want the same at once, and one who says the same twice.
import { randomInt, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { testSize } from '@cryptotalks/platform/testing/test-size'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  codeOf,
  expectStatus,
  member,
  type Person,
  someAccount,
  visit,
} from './testing/person.ts'
import { publishUntilAnswered, somePost } from './testing/posts.ts'
import { query, untilProjected } from './testing/read-models.ts'
import { startWorld, type World } from './testing/world.ts'

const races = testSize(5, 50)

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 300_000)
afterAll(() => world?.end(), 60_000)

const signUp = (account: object): Promise<Answer> =>
  visit(world.url).post('/api/users', { ...account, acceptTerms: true })

describe(`${races} races of two sign-ups`, () => {
  /** Who lost a race for a user name; either may, so the address that must be free again is that one's. */
  let loser: { readonly email: string } | undefined

  it.each([
    {
      name: 'user name',
      pair: (number: number) => {
        const one = someAccount(`name.race${number}`)
        // The same name to people, whatever the case it is typed in.
        return [one, { ...one, username: one.username.toUpperCase(), email: `other.${one.email}` }]
      },
      code: 'username-taken',
    },
    {
      name: 'e-mail address',
      pair: (number: number) => {
        const one = someAccount(`mail.race${number}`)
        return [
          one,
          { ...one, username: `other.race${number}`, email: ` ${one.email.toUpperCase()} `.trim() },
        ]
      },
      code: 'email-taken',
    },
  ])(
    'for one $name: one wins, the other hears that it is taken',
    async ({ pair, code }) => {
      for (let number = 0; number < races; number++) {
        const rivals = pair(number)
        const answers = await Promise.all(rivals.map(signUp))
        const statuses = answers.map(({ status }) => status).toSorted()
        expect(statuses, answers.map(({ text }) => text).join('\n')).toEqual([201, 409])
        const lost = answers.findIndex(({ status }) => status === 409)
        expect(codeOf(answers[lost] as Answer)).toBe(code)
        if (code === 'username-taken') loser = rivals[lost]
      }
    },
    240_000,
  )

  it('leave the loser free to come back under another name', async () => {
    if (!loser) return expect.unreachable('nobody lost a race')
    expectStatus(201, await signUp({ ...someAccount('latecomer'), email: loser.email }))
  })

  it('leave one person a race', async () => {
    await untilProjected(world)
    const rows = await query<{ people: number; names: number; mails: number }>(
      world.databaseUrl,
      `select count(*)::int as people, count(distinct lower(username))::int as names,
        count(distinct lower(email))::int as mails from users.users`,
    )
    const people = 2 * races + 1
    expect(rows).toEqual([{ people, names: people, mails: people }])
  })
})

/** What an answer promises; the rest of it (dates, correlation) may differ. */
const promised = ({ status, body, headers }: Answer) => ({
  status,
  body,
  revision: headers.get('etag'),
  location: headers.get('location'),
  position: headers.get('cryptotalks-position'),
})

async function postsTitled(title: string): Promise<number> {
  await untilProjected(world)
  const rows = await query(world.databaseUrl, 'select id from posts.posts where title = $1', [
    title,
  ])
  return rows.length
}

/** Sends a request over a bare connection and cuts it at some moment, whatever has become of it. */
function sendAndCut(path: string, headers: Readonly<Record<string, string>>, json: object) {
  const { hostname, port } = new URL(world.url)
  const body = JSON.stringify(json)
  const head = Object.entries({
    host: `${hostname}:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`, () => {
        setTimeout(
          () => {
            socket.destroy()
            resolve()
          },
          randomInt(0, 30),
        )
      })
    })
    socket.once('error', reject)
  })
}

describe('the same command', () => {
  let author: Person
  beforeAll(async () => {
    author = await member(world.url, someAccount('repeater'))
  })

  it('sent many times at once has one effect and one answer', async () => {
    const post = somePost('Said many times at once')
    const key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => author.post('/api/posts', post, { key })),
    )
    expect(promised(answers[0] as Answer)).toMatchObject({ status: 201 })
    for (const answer of answers) expect(promised(answer)).toEqual(promised(answers[0] as Answer))
    expect(await postsTitled(post.title)).toBe(1)
  })

  it('sent again after its connection was cut has one effect and the answer it would have got', async () => {
    for (let number = 0; number < 10; number++) {
      const post = somePost(`Cut off ${number}`)
      const key = randomUUID()
      const cookie = `__Host-session=${author.cookie('__Host-session')}`
      await sendAndCut('/api/posts', { cookie, 'idempotency-key': key }, post)
      const first = await publishUntilAnswered(author, post, key)
      expect(promised(first)).toMatchObject({ status: 201 })
      expect(promised(await publishUntilAnswered(author, post, key))).toEqual(promised(first))
      expect(await postsTitled(post.title)).toBe(1)
    }
  }, 120_000)

  it('signs up once and signs in to one session', async () => {
    const account = { ...someAccount('twofold'), acceptTerms: true }
    const key = randomUUID()
    const visitor = visit(world.url)
    const joined = await Promise.all([
      visitor.post('/api/users', account, { key }),
      visitor.post('/api/users', account, { key }),
    ])
    expect(promised(joined[0])).toMatchObject({ status: 201 })
    expect(promised(joined[1])).toEqual(promised(joined[0]))
    const login = { login: account.username, password: account.password }
    const inKey = randomUUID()
    const tokens = []
    for (let time = 0; time < 2; time++) {
      const browser = visit(world.url)
      expectStatus(201, await browser.post('/api/sessions', login, { key: inKey }))
      tokens.push(browser.cookie('__Host-session'))
    }
    expect(tokens[0]).toBeDefined()
    expect(tokens[1]).toBe(tokens[0])
  })

  it('is another command when it says something else under the same key', async () => {
    const key = randomUUID()
    expectStatus(201, await author.post('/api/posts', somePost('First of its key'), { key }))
    const other = await author.post('/api/posts', somePost('Second of its key'), { key })
    expect([other.status, codeOf(other)]).toEqual([422, 'idempotency-key-reused'])
    expect(await postsTitled('Second of its key')).toBe(0)
  })
})
