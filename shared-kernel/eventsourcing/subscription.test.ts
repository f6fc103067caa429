import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEventStore } from '@cryptotalks/event-store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectEventStore, type EventStore, type NewEvent } from './event-store.ts'
import { followLog, type LogPage } from './subscription.ts'

const event = (n: number): NewEvent => ({
  id: randomUUID(),
  type: 'Counted',
  data: { n },
  schemaVersion: 1,
  metadata: {
    $correlationId: 'c',
    $causationId: 'r',
    actor: { kind: 'system', name: 'test' },
    commandId: randomUUID(),
    occurredAt: '2026-01-01T00:00:00.000Z',
    schemaVersion: 1,
  },
})

let server: Awaited<ReturnType<typeof startEventStore>>
let store: EventStore
let stop: AbortController

beforeEach(async () => {
  server = await startEventStore({ memory: true })
  store = connectEventStore(server.connectionString)
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await store.close()
  await server.stop()
})

async function append(category: string, count: number) {
  const appended = await store.append(
    `${category}-${randomUUID()}`,
    'no_stream',
    Array.from({ length: count }, (_, n) => event(n)),
  )
  if (appended.kind === 'conflict') throw new Error('A new stream was not new')
  return appended.position
}

/** Pages until one satisfies `enough`. */
async function pagesUntil(
  from: bigint | undefined,
  enough: (page: LogPage, all: LogPage[]) => boolean,
  pageSize = 100,
) {
  const all: LogPage[] = []
  for await (const page of followLog(store, {
    from,
    prefixes: ['wanted-'],
    pageSize,
    signal: stop.signal,
  })) {
    all.push(page)
    if (enough(page, all)) break
  }
  return all
}
const eventsOf = (pages: readonly LogPage[]) => pages.flatMap(page => page.events)

describe('following the log', () => {
  it('gives history in order, in bounded pages, then says that it has caught up, then goes on live', async () => {
    await append('wanted', 250)
    const last = await append('wanted', 1)
    const history = await pagesUntil(undefined, page => page.caughtUp)
    expect(eventsOf(history)).toHaveLength(251)
    expect(Math.max(...history.map(page => page.events.length))).toBeLessThanOrEqual(100)
    const positions = eventsOf(history).map(({ position }) => position)
    expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)))
    expect(history.at(-1)?.position).toBe(last)

    const following = pagesUntil(last, (_, all) => eventsOf(all).length >= 2)
    const next = await append('wanted', 2)
    const live = await following
    expect(eventsOf(live).at(-1)?.position).toBe(next)
  })

  it('moves its position over events that the filter skips', async () => {
    const first = await append('wanted', 1)
    const skipped = await append('unwanted', 500)
    const pages = await pagesUntil(
      first,
      page => page.position > first && page.position >= skipped - 20_000n,
    )
    expect(eventsOf(pages)).toEqual([])
  })

  it('goes on after the last page when the store was away, without a gap or a repetition', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'follow-log-'))
    let durable = await startEventStore({ dir })
    const { port } = durable
    const connected = connectEventStore(durable.connectionString)
    const write = async (from: number, count: number) => {
      const events = Array.from({ length: count }, (_, n) => event(from + n))
      const append = () => connected.append('wanted-1', from === 0 ? 'no_stream' : from - 1, events)
      // The first call after a loss is the one that finds the old channel dead.
      await append().catch(append)
    }
    const seen: number[] = []
    let losses = 0
    try {
      await write(0, 10)
      const options = { from: undefined, prefixes: ['wanted-'], signal: stop.signal }
      for await (const page of followLog(connected, { ...options, onLost: () => losses++ })) {
        seen.push(...page.events.map(({ revision }) => revision))
        if (seen.length === 10 && losses === 0 && page.caughtUp) {
          await durable.stop()
          durable = await startEventStore({ dir, port })
          await write(10, 5)
        }
        if (seen.length >= 15) break
      }
      expect(seen).toEqual(Array.from({ length: 15 }, (_, n) => n))
      expect(losses).toBeGreaterThan(0)
    } finally {
      await connected.close()
      await durable.stop()
      await rm(dir, { recursive: true })
    }
  })

  it('ends when it is told to', async () => {
    const pages = followLog(store, { from: undefined, prefixes: ['wanted-'], signal: stop.signal })
    const next = pages.next()
    stop.abort()
    // A page that was on its way may still come, and nothing after it.
    const first = await next
    const { done } = first.done ? first : await pages.next()
    expect(done).toBe(true)
  })
})
