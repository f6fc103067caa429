// Ten thousand subscriptions that have nothing to do: they hear what concerns them, cost little, and leave nothing behind.
import { EventStoreDBClient } from '@eventstore/db-client'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from './group-consumer.ts'
import { event, labels } from './harness.ts'
import { RawClient, type RawSubscription, type Watched } from './raw-client.ts'
import { build, end, type ServerProcess, startProcess } from './server-process.ts'

const MANY = 10_000
const CONNECTIONS = 4
/** About three times what one takes. */
const MOST_BYTES_EACH = 40 * 1024

let server: ServerProcess
let client: EventStoreDBClient
let connections: RawClient[]
beforeAll(build)
beforeEach(async () => {
  server = await startProcess('--memory', '--port', '0')
  client = EventStoreDBClient.connectionString(server.connectionString)
  connections = Array.from({ length: CONNECTIONS }, () => new RawClient(server.port))
  await Promise.all(connections.map(connection => connection.ready()))
})
afterEach(async () => {
  for (const connection of connections) await connection.close()
  await client.dispose()
  await end(server.process, 'SIGKILL')
})

interface Statistics {
  readonly proc: { readonly mem: number }
  readonly es: { readonly followers: { readonly streams: number; readonly all: number } }
}
async function statistics(): Promise<Statistics> {
  // A connection that is kept would be closed by the server while ten thousand subscriptions are made.
  const headers = { connection: 'close' }
  const answer = await fetch(`http://127.0.0.1:${server.port}/stats`, { headers })
  return (await answer.json()) as Statistics
}
const followers = async () => (await statistics()).es.followers

/** Subscribes on all connections in turn; resolves once all have caught up. */
function subscribed(watched: readonly Watched[]): Promise<RawSubscription[]> {
  return new Promise(resolve => {
    const late = new Set<RawSubscription>()
    const all = watched.map((each, i) => {
      const connection = connections[i % CONNECTIONS] as RawClient
      const subscription = connection.subscribe(each, () => {
        if (subscription.caughtUp && late.delete(subscription) && late.size === 0) resolve(all)
      })
      late.add(subscription)
      return subscription
    })
  })
}

/** Asks the server for something else until it has done the work; gives how often it answered. */
async function answersDuring(work: Promise<unknown>): Promise<number> {
  let done = false
  void work.finally(() => {
    done = true
  })
  let answers = 0
  for (; !done; answers++) {
    const { nextExpectedRevision } = await client.appendToStream('else', event(`${answers}`))
    expect(nextExpectedRevision).toBe(BigInt(answers))
  }
  return answers
}

test('ten thousand idle subscriptions hear what concerns them, take little, and leave nothing', async () => {
  const before = (await statistics()).proc.mem
  const half = MANY / 2
  const opening = subscribed([
    ...Array.from({ length: half }, (_, i) => ({ stream: `stream-${i}` })),
    ...Array.from({ length: half }, (_, i) => ({ prefix: `category-${i}-` })),
  ])
  expect(await answersDuring(opening)).toBeGreaterThan(1)
  const all = await opening
  expect(all.filter(({ confirmed }) => confirmed)).toHaveLength(MANY)
  expect(await followers()).toEqual({ streams: half, all: half })
  const { mem } = (await statistics()).proc
  expect(Math.max(mem - before, 0) / MANY).toBeLessThan(MOST_BYTES_EACH)

  await client.appendToStream('stream-7', event('a'))
  await client.appendToStream('category-8-x', event('b'))
  await client.appendToStream('nobody', event('c'))
  // One for each connection: what came too many on any of them has come before.
  const last = [4, 3, 2, 1].map(i => half - i)
  for (const i of last) await client.appendToStream(`stream-${i}`, event('last'))
  const told = () => all.flatMap(({ events }, i) => (events > 0 ? [[i, events]] : []))
  await eventually(told).toEqual([7, ...last, half + 8].map(i => [i, 1]))
  expect(await labels(client.readStream('stream-7'))).toEqual(['0:a'])

  for (const connection of connections) await connection.close()
  await eventually(followers).toEqual({ streams: 0, all: 0 })
}, 120_000)
