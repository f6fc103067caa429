// Takes one process away at a time: everything that does not need it goes on.
import type { ProcessName } from '@cryptotalks/platform/start'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  codeOf,
  expectStatus,
  member,
  type Person,
  positionOf,
  someAccount,
  visit,
} from './testing/person.ts'
import { publishUntilAnswered, somePost } from './testing/posts.ts'
import { untilProjected } from './testing/read-models.ts'
import { until } from './testing/until.ts'
import { startWorld, type World } from './testing/world.ts'

let world: World
let author: Person
const account = someAccount('steadfast')

beforeAll(async () => {
  world = await startWorld({ env: { RATES_POLL_SECONDS: '1' } })
  author = await member(world.url, account)
  expectStatus(201, await author.post('/api/posts', somePost('Written before anything failed')))
  await untilProjected(world)
}, 300_000)
afterAll(() => world?.end(), 60_000)

/** Takes a process away while `body` runs, then waits until it is back at work. */
async function without(name: ProcessName, body: () => Promise<void>): Promise<void> {
  const missing = world.process(name)
  await missing.hold()
  try {
    await body()
  } finally {
    missing.release()
    await missing.untilReady()
  }
}

const signIn = async () => {
  const { username: login, password } = account
  return visit(world.url).post('/api/sessions', { login, password })
}

const titles = async () => {
  const { body } = expectStatus(200, await visit(world.url).get('/api/posts?limit=100'))
  return (body as { items: { title: string }[] }).items.map(({ title }) => title)
}

/** Pages and lists that anybody can read. */
async function readingGoesOn(): Promise<void> {
  for (const path of ['/api/posts', '/api/coins', '/', '/posts', '/market', '/sign-in'])
    expectStatus(200, await visit(world.url).get(path))
  expect(await titles()).toContain('Written before anything failed')
}

const newestSample = async () => {
  const { body } = expectStatus(200, await visit(world.url).get('/api/coins?limit=1'))
  return (body as { market: { sampledAt: string } }).market.sampledAt
}

describe('without the rates feed', () => {
  it('people sign in, write and read, and the last rates are shown', async () => {
    await until('there are rates', async () => {
      const { status } = await visit(world.url).get('/api/coins/bitcoin')
      return status === 200 ? true : undefined
    })
    await without('rates-feed', async () => {
      expectStatus(201, await signIn())
      const written = await author.post('/api/posts', somePost('Without rates'))
      const after = { 'cryptotalks-after': String(positionOf(expectStatus(201, written))) }
      await until('it shows', async () =>
        (await visit(world.url).get('/api/posts', { headers: after })).status === 200
          ? true
          : undefined,
      )
      expect(await titles()).toContain('Without rates')
      await readingGoesOn()
      expectStatus(200, await visit(world.url).get('/api/coins/bitcoin'))
    })
    const before = await newestSample()
    await until('rates move on', async () => ((await newestSample()) > before ? true : undefined))
  }, 120_000)
})

describe('without projections', () => {
  it('writing goes on, reading shows what was there, and says when it is behind', async () => {
    let position = 0n
    await without('projections', async () => {
      position = positionOf(
        expectStatus(201, await author.post('/api/posts', somePost('Without projections'))),
      )
      await readingGoesOn()
      expect(await titles()).not.toContain('Without projections')
      const headers = { 'cryptotalks-after': String(position) }
      const behind = await visit(world.url).get('/api/posts', { headers })
      expect([behind.status, codeOf(behind)]).toEqual([503, 'read-model-behind'])
      expect(behind.headers.get('retry-after')).toMatch(/^\d+$/)
      // By its cookie the author asks for what was just written, and gets a page all the same.
      expectStatus(200, await author.get('/posts'))
    })
    await untilProjected(world)
    expect(await titles()).toContain('Without projections')
  }, 120_000)
})

describe('without the write side', () => {
  it('reading goes on, and a writer hears when to try again', async () => {
    await without('write-side', async () => {
      await readingGoesOn()
      expectStatus(200, await author.get('/api/me'))
      const refused = await author.post('/api/posts', somePost('Without a write side'))
      expect(refused.status).toBe(503)
      expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    })
    expectStatus(201, await author.post('/api/posts', somePost('With a write side again')))
  }, 120_000)
})

describe('without the read side', () => {
  it('writing goes on, and a reader hears when to try again', async () => {
    await without('read-side', async () => {
      expectStatus(201, await signIn())
      expectStatus(201, await author.post('/api/posts', somePost('Without a read side')))
      const api = await visit(world.url).get('/api/posts')
      expect(api.status).toBe(503)
      expect(api.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      const page = await visit(world.url).get('/posts', { headers: { accept: 'text/html' } })
      expect(page.status).toBe(503)
      expect(page.headers.get('content-type')).toMatch(/^text\/html/)
      expect(page.headers.get('retry-after')).toMatch(/^\d+$/)
    })
    await untilProjected(world)
    expect(await titles()).toContain('Without a read side')
  }, 120_000)
})

describe('without the event store', () => {
  it('reading goes on, and a command sent again later under its key is carried out once', async () => {
    const key = 'key-while-the-store-is-away'
    const post = somePost('While the store was away')
    await without('event-store', async () => {
      await readingGoesOn()
      const refused = await author.post('/api/posts', post, { key })
      expect(refused.status).toBe(503)
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    })
    expectStatus(201, await publishUntilAnswered(author, post, key))
    await untilProjected(world)
    expect((await titles()).filter(title => title === post.title)).toEqual([post.title])
  }, 120_000)
})

describe('without Postgres', () => {
  it('every answer is a clear no, and all is well afterwards', async () => {
    await without('postgres', async () => {
      // What Postgres had begun goes on for a moment after it was killed.
      const reading = await until('the outage shows', async () => {
        const answer = await visit(world.url).get('/api/posts')
        return answer.status === 503 ? answer : undefined
      })
      expect(codeOf(reading)).toBe('unavailable')
      expect(reading.headers.get('retry-after')).toMatch(/^\d+$/)
      const live = await fetch(`${world.process('read-side').url}/health/live`)
      expect(live.status).toBe(200)
    })
    await until('reading works again', async () =>
      (await visit(world.url).get('/api/posts')).status === 200 ? true : undefined,
    )
    const answer = await publishUntilAnswered(
      author,
      somePost('After Postgres'),
      'key-after-postgres',
    )
    expectStatus(201, answer)
    await untilProjected(world)
    expect(await titles()).toContain('After Postgres')
    for (const name of ['projections', 'write-side', 'read-side', 'rates-feed'] as const)
      await until(`${name} is ready`, async () => {
        const { ok } = await fetch(`${world.process(name).url}/health/ready`)
        return ok ? true : undefined
      })
  }, 120_000)
})
