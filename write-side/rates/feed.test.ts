import { startEventStore } from '@cryptotalks/event-store'
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { createMemoryKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-memory'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimulatedMarket } from '../adapters/simulated-market.ts'
import { createRatesFeed, type FeedOptions } from './feed.ts'
import type { MarketSource } from './market-source.ts'
import { createRateRecords, type RateRecords } from './recording.ts'

const noon = new Date('2026-03-08T12:00:30.000Z')
const market = createSimulatedMarket('test')
/** Three of its coins: what is tested here is the same with a hundred. */
const simulated: MarketSource & Required<Pick<MarketSource, 'sampleAt'>> = {
  ...market,
  sampleAt: async (moment, signal) => {
    const sample = await market.sampleAt?.(moment, signal)
    return { sampledAt: moment, quotes: sample?.quotes.slice(0, 3) ?? [] }
  },
}

let server: Awaited<ReturnType<typeof startEventStore>>
let store: EventStore
let records: RateRecords
/** What the recorder's clock says. */
let clock: Date
beforeEach(async () => {
  clock = noon
  server = await startEventStore({ memory: true })
  store = connectEventStore(server.connectionString)
  records = createRateRecords({ store, registry, keyring: createMemoryKeyring() }, () => clock)
})
afterEach(async () => {
  await store.close()
  await server.stop()
})

/** Runs a feed whose clock goes on whenever it is looked at, until so many polls have been recorded. */
async function runFeed(source: MarketSource, polls: number, more: Partial<FeedOptions> = {}) {
  const lines: string[] = []
  const logger = createLogger({
    name: 'feed',
    destination: { write: line => void lines.push(line) },
  })
  const stopping = new AbortController()
  let at = noon.getTime()
  let recorded = 0
  const ticking: MarketSource = {
    ...source,
    sample: async signal => {
      const sample = await source.sample(signal)
      recorded += 1
      return sample
    },
  }
  const feed = createRatesFeed({
    source: ticking,
    records,
    logger,
    pollMilliseconds: 5,
    now: () => {
      at += 1
      return new Date(at)
    },
    onRecorded: () => {
      if (recorded >= polls) stopping.abort()
    },
    ...more,
  })
  await feed.run(stopping.signal)
  return lines
}

const timesIn = async (day: string): Promise<string[]> =>
  (await store.read(`rates-simulated.${day}`)).map(
    event => (event.data as { sampledAt: string }).sampledAt,
  )
/** The simulated market at a moment of its own clock. */
function marketAt(...moments: readonly string[]): MarketSource {
  let next = 0
  return {
    ...simulated,
    sample: signal => {
      const moment = moments[Math.min(next++, moments.length - 1)] as string
      return simulated.sampleAt(new Date(moment), signal)
    },
  }
}

describe('the rates feed', () => {
  it('fills in the past week before it goes on from now', async () => {
    await runFeed(marketAt('2026-03-08T12:00:31.000Z'), 1)
    const today = await timesIn('2026-03-08')
    expect(today).toContain('2026-03-08T03:00:00.000Z')
    expect(today).toContain('2026-03-08T11:55:00.000Z')
    expect(today.at(-1)).toBe('2026-03-08T12:00:31.000Z')
    expect(today).toEqual([...today].sort())
    expect(await timesIn('2026-03-04')).toHaveLength(24)
    expect(await timesIn('2026-02-28')).toEqual([])
  })

  it('started again fills in only what is missing, and beside another writes nothing twice', async () => {
    await runFeed(marketAt('2026-03-08T12:00:31.000Z'), 1)
    const before = await timesIn('2026-03-08')
    await Promise.all([
      runFeed(marketAt('2026-03-08T12:00:41.000Z'), 1),
      runFeed(marketAt('2026-03-08T12:00:41.000Z'), 1),
    ])
    expect(await timesIn('2026-03-08')).toEqual([...before, '2026-03-08T12:00:41.000Z'])
  })

  it('goes on after answers that fail, and asks for those again', async () => {
    let asked = 0
    const flaky: MarketSource = {
      name: 'simulated',
      sample: async signal => {
        asked += 1
        if (asked % 3 !== 0) throw new Error('the provider is down')
        const at = new Date(noon.getTime() + asked * 1_000)
        return simulated.sampleAt(at, signal)
      },
    }
    const policy = retry(handleAll, {
      maxAttempts: 1,
      backoff: new ExponentialBackoff({ initialDelay: 1 }),
    })
    const lines = await runFeed(flaky, 2, { policy })
    expect(await timesIn('2026-03-08')).toHaveLength(2)
    expect(lines.filter(line => line.includes('no rates this time'))).toHaveLength(2)
  })

  it('leaves out quotes that can not be believed, and says so', async () => {
    const sampledAt = new Date('2026-03-08T12:00:31.000Z')
    const sample = await simulated.sampleAt(sampledAt, AbortSignal.timeout(1_000))
    const [first, ...rest] = sample.quotes
    const broken: MarketSource = {
      name: 'simulated',
      sample: async () => ({ sampledAt, quotes: [{ ...(first as object), price: -1 }, ...rest] }),
    }
    const lines = await runFeed(broken, 1)
    expect(lines.join('')).toContain('quotes left out')
    const [event] = await store.read('rates-simulated.2026-03-08')
    expect(event?.data).toMatchObject({ quotes: { length: 2 } })
  })

  it('is ready while samples come in, and not when none did for three polls', async () => {
    let at = 0
    const feed = createRatesFeed({
      source: marketAt('2026-03-08T12:00:31.000Z'),
      records,
      pollMilliseconds: 10_000,
      logger: createLogger({ name: 'feed', level: 'silent' }),
      elapsed: () => at,
    })
    at += 29_000
    await expect(feed.check()).resolves.toContain('29 s')
    at += 2_000
    await expect(feed.check()).rejects.toThrow('31 s')
  })

  it('records nothing of a time to come, and says why it is not ready', async () => {
    let at = 0
    const lines: string[] = []
    const feed = createRatesFeed({
      source: marketAt('2026-03-08T12:02:00.000Z'),
      records,
      pollMilliseconds: 10,
      logger: createLogger({ name: 'feed', destination: { write: line => lines.push(line) } }),
      now: () => new Date('2026-03-08T12:01:59.000Z'),
      elapsed: () => at,
      onRecorded: ({ outcome }) => {
        if (outcome === 'from-the-future') stopping.abort()
      },
    })
    const stopping = new AbortController()
    await feed.run(stopping.signal)
    expect(await timesIn('2026-03-08')).not.toContain('2026-03-08T12:02:00.000Z')
    expect(lines.join('')).toContain('samples dated ahead')
    at += 60_000
    await expect(feed.check()).rejects.toThrow('dated ahead of our clock')
  })

  it.each([
    ['ten minutes', '2026-03-08T12:10:30.000Z'],
    ['two days', '2026-03-10T12:00:30.000Z'],
  ])('goes on at the right time after its clock was %s ahead', async (_, ahead) => {
    await runFeed(marketAt('2026-03-08T12:00:31.000Z'), 1)
    clock = new Date(ahead)
    await runFeed(marketAt(ahead), 1, { now: () => clock })
    clock = new Date('2026-03-08T12:01:00.000Z')
    await runFeed(marketAt('2026-03-08T12:01:00.000Z'), 1, { now: () => clock })
    expect((await timesIn('2026-03-08')).at(-1)).toBe('2026-03-08T12:01:00.000Z')
    clock = new Date('2026-03-08T12:01:10.000Z')
    await runFeed(marketAt('2026-03-08T12:01:10.000Z'), 1, { now: () => clock })
    expect((await timesIn('2026-03-08')).slice(-2)).toEqual([
      '2026-03-08T12:01:00.000Z',
      '2026-03-08T12:01:10.000Z',
    ])
  })
})
