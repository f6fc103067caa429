// Kills processes while commands run: what was acknowledged is there exactly once, what was not is there at most once.
import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { ProcessName } from '@cryptotalks/platform/start'
import { testSize } from '@cryptotalks/platform/testing/test-size'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { member, type Person, someAccount } from './testing/person.ts'
import { publishUntilAnswered, somePost } from './testing/posts.ts'
import { query, untilProjected } from './testing/read-models.ts'
import { rebuiltDifferences } from './testing/rebuild.ts'
import { startWorld, type World } from './testing/world.ts'

const killsOfProjections = testSize(5, 20)
const commands = Number(process.env.COMMANDS ?? killsOfProjections * 100)
const killsOfStores = Math.max(2, Math.round(killsOfProjections / 5))
const mostInFlight = 64
// One in so many is sent once by a client that goes away without waiting for the answer.
const oneAbandonedIn = 20
const authors = ['anna', 'bela', 'cora', 'dora']

let world: World
let people: Person[]

beforeAll(async () => {
  world = await startWorld()
  people = await Promise.all(authors.map(name => member(world.url, someAccount(name))))
}, 300_000)
afterAll(() => world?.end(), 60_000)

interface Driven {
  /** The ids that were answered, by title. */
  readonly acknowledged: ReadonlyMap<string, string>
  readonly abandoned: readonly string[]
}

/** Publishes until enough was sent and `done` says so; resolves when every command but the abandoned is answered. */
async function drive(run: string, perSecond: number, done: () => boolean): Promise<Driven> {
  const acknowledged = new Map<string, string>()
  const abandoned: string[] = []
  const underWay = new Set<Promise<void>>()
  const publish = async (title: string, author: Person) => {
    const answer = await publishUntilAnswered(author, somePost(title), `key-of-${title}`)
    expect(answer.status, answer.text).toBe(201)
    acknowledged.set(title, (answer.body as { id: string }).id)
  }
  const abandon = async (title: string, author: Person) => {
    abandoned.push(title)
    const signal = AbortSignal.timeout(randomInt(1, 20))
    await author
      .post('/api/posts', somePost(title), { key: `key-of-${title}`, signal })
      .catch(() => undefined)
  }
  for (let number = 0; number < commands || !done(); number++) {
    const title = `${run}-${number}`
    const author = people[number % people.length] as Person
    const work = number % oneAbandonedIn === 7 ? abandon(title, author) : publish(title, author)
    const tracked = work.finally(() => underWay.delete(tracked))
    underWay.add(tracked)
    if (underWay.size >= mostInFlight) await Promise.race(underWay)
    await pause(1_000 / perSecond)
  }
  await Promise.all(underWay)
  return { acknowledged, abandoned }
}

/** Kills it over and over, each time at some moment after it has come back to work. */
async function killRepeatedly(name: ProcessName, times: number): Promise<void> {
  const victim = world.process(name)
  for (let kill = 0; kill < times; kill++) {
    await victim.untilReady()
    await pause(randomInt(0, 2_000))
    await victim.kill()
  }
  await victim.untilReady()
}

async function driveWhileKilling(name: ProcessName, times: number, perSecond: number) {
  const run = `${name}-${randomUUID().slice(0, 8)}`
  const before = world.process(name).restarts
  let killed = false
  const killing = killRepeatedly(name, times).finally(() => {
    killed = true
  })
  const [driven] = await Promise.all([drive(run, perSecond, () => killed), killing])
  expect(world.process(name).restarts - before).toBeGreaterThanOrEqual(times)
  await untilProjected(world)
  return driven
}

async function rowsOf(titles: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await query<{ id: string; title: string }>(
    world.databaseUrl,
    'select id, title from posts.posts where title = any($1)',
    [titles],
  )
  const ids = new Map<string, string[]>()
  for (const { id, title } of rows) ids.set(title, [...(ids.get(title) ?? []), id])
  return ids
}

async function expectExactlyOnce({ acknowledged, abandoned }: Driven): Promise<void> {
  const shown = await rowsOf([...acknowledged.keys()])
  const wrong = [...acknowledged].filter(([title, id]) => shown.get(title)?.join() !== id)
  expect(wrong, 'acknowledged, but not there exactly once').toEqual([])
  const perhaps = await rowsOf(abandoned)
  const twice = [...perhaps].filter(([, ids]) => ids.length > 1)
  expect(twice, 'never acknowledged, but there twice').toEqual([])
}

/** Counters are where an effect that happened twice would show first. */
async function expectCountersToAgree(): Promise<void> {
  // In one statement, since what was abandoned may still be projected while we look.
  const authors = await query<{ username: string; counted: number; there: number }>(
    world.databaseUrl,
    `select username, posts as counted,
       (select count(*)::int from posts.posts where author_id = authors.id) as there
     from posts.authors`,
  )
  expect(authors.length).toBeGreaterThan(0)
  expect(authors.filter(({ counted, there }) => counted !== there)).toEqual([])
}

// Commands come more slowly than the machine could take them, so that they last as long as the kills do.
describe.each([
  { name: 'projections', times: killsOfProjections, perSecond: 40 },
  { name: 'event-store', times: killsOfStores, perSecond: 80 },
  { name: 'postgres', times: killsOfStores, perSecond: 80 },
] as const)(
  'with kill -9 of $name, $times times while commands run',
  ({ name, times, perSecond }) => {
    it('shows every acknowledged command exactly once', async () => {
      const driven = await driveWhileKilling(name, times, perSecond)
      expect(driven.acknowledged.size).toBeGreaterThanOrEqual(commands * 0.9)
      await expectExactlyOnce(driven)
      await expectCountersToAgree()
    }, 600_000)

    it('has the rows that a rebuild from nothing comes to', async () => {
      await untilProjected(world)
      expect(await rebuiltDifferences(world)).toEqual([])
    }, 120_000)
  },
)
