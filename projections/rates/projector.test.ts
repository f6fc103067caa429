import { describe, expect, it } from 'vitest'
import { given, recorded } from '../testing/projector-spec.ts'
import { ratesProjector } from './projector.ts'
import { coins, hours, keptHours, keptMinutes, markets, minutes } from './tables.ts'

const quote = (coinId: string, price: number) => ({
  coinId,
  symbol: coinId.slice(0, 3).toUpperCase(),
  name: coinId,
  rank: 1,
  price,
  change24h: 1.5,
  change7d: null,
  marketCap: price * 1_000,
  volume24h: price * 10,
})
const sample = (
  sampledAt: string,
  prices: Readonly<Record<string, number>>,
  source = 'simulated',
  recordedAt = sampledAt,
) =>
  recorded(
    {
      type: 'MarketSampleRecorded',
      data: { source, sampledAt, quotes: Object.entries(prices).map(one => quote(...one)) },
    },
    { recordedAt },
  )

const slotOf = (at: Date, span: number, kept: number) => (at.getTime() / span) % kept

describe('the rows of rates', () => {
  it('hold the latest quote of each coin, also of one that is no longer quoted', () => {
    const { rows } = given(
      ratesProjector,
      sample('2026-01-01T00:00:01.000Z', { bitcoin: 100, ether: 10 }),
      sample('2026-01-01T00:00:11.000Z', { bitcoin: 101 }),
    )
    expect(rows(coins)).toMatchObject([
      {
        id: 'bitcoin',
        symbol: 'BIT',
        price: 101,
        change_24h: 1.5,
        change_7d: null,
        market_cap: 101_000,
        volume_24h: 1_010,
        source: 'simulated',
        sampled_at: new Date('2026-01-01T00:00:11.000Z'),
        spark: [101],
        spark_at: new Date('2026-01-01T00:00:00.000Z'),
      },
      { id: 'ether', price: 10 },
    ])
  })

  it('hold open, high, low and close of each minute and hour', () => {
    const { rows } = given(
      ratesProjector,
      sample('2026-01-01T00:00:01.000Z', { bitcoin: 100 }),
      sample('2026-01-01T00:00:21.000Z', { bitcoin: 120 }),
      sample('2026-01-01T00:00:59.999Z', { bitcoin: 90 }),
      sample('2026-01-01T00:01:00.000Z', { bitcoin: 95 }),
    )
    const at = new Date('2026-01-01T00:00:00.000Z')
    const prices = { open: 100, high: 120, low: 90 }
    expect(rows(minutes)).toEqual([
      { coin_id: 'bitcoin', at, slot: slotOf(at, 60_000, keptMinutes), ...prices, close: 90 },
      {
        coin_id: 'bitcoin',
        at: new Date('2026-01-01T00:01:00.000Z'),
        slot: slotOf(at, 60_000, keptMinutes) + 1,
        open: 95,
        high: 95,
        low: 95,
        close: 95,
      },
    ])
    expect(rows(hours)).toEqual([
      { coin_id: 'bitcoin', at, slot: slotOf(at, 3_600_000, keptHours), ...prices, close: 95 },
    ])
  })

  it('give up a minute for the one a little more than a day later, and never for an older one', () => {
    const day = (hours: number) => new Date(Date.UTC(2026, 0, 1, hours)).toISOString()
    const kept = (...hours: number[]) =>
      given(
        ratesProjector,
        ...hours.map(hour => sample(day(hour), { bitcoin: hour }, 'simulated', day(26))),
      )
        .rows(minutes)
        .map(({ close }) => close)
    expect(kept(0, 24, 26)).toEqual([26, 24])
    expect(kept(26, 24, 0)).toEqual([26, 24])
  })

  it('sum up the market by source, over the latest sample', () => {
    const { rows } = given(
      ratesProjector,
      sample('2026-01-01T00:00:01.000Z', { bitcoin: 1 }),
      sample('2026-01-01T00:00:02.000Z', { bitcoin: 1, ether: 2 }),
      sample('2026-01-01T00:00:02.000Z', { bitcoin: 5 }, 'elsewhere'),
    )
    expect(rows(markets)).toMatchObject([
      { source: 'simulated', coins: 2, market_cap: 3_000, volume_24h: 30 },
      { source: 'elsewhere', coins: 1, market_cap: 5_000, volume_24h: 50 },
    ])
  })

  it('do not let a sample that came in late undo a newer one', () => {
    const { rows } = given(
      ratesProjector,
      sample('2026-01-01T00:01:00.000Z', { bitcoin: 100 }),
      sample('2026-01-01T00:00:00.000Z', { bitcoin: 50 }, 'simulated', '2026-01-01T00:01:05.000Z'),
    )
    expect(rows(coins)).toMatchObject([{ price: 100 }])
    expect(rows(markets)).toMatchObject([{ market_cap: 100_000 }])
  })

  it('go on after a bad sample, whose stream is that of the whole day', () => {
    const { parked, rows } = given(
      ratesProjector,
      sample('never', { bitcoin: 1 }),
      sample('2026-01-01T00:00:00.000Z', { bitcoin: 2 }),
    )
    expect(parked).toHaveLength(1)
    expect(rows(coins)).toMatchObject([{ price: 2 }])
  })

  it('are not made by a sample that is dated ahead of when it came in', () => {
    const { rows } = given(
      ratesProjector,
      sample('2026-01-01T00:00:00.000Z', { bitcoin: 1 }),
      sample('2026-01-01T00:10:00.000Z', { bitcoin: 99 }, 'simulated', '2026-01-01T00:00:05.000Z'),
      sample('2027-01-01T00:00:00.000Z', { ether: 99 }, 'other', '2026-01-01T00:00:06.000Z'),
    )
    expect(rows(coins)).toMatchObject([{ id: 'bitcoin', price: 1 }])
    expect(rows(markets)).toMatchObject([{ source: 'simulated', market_cap: 1_000 }])
    expect(rows(minutes)).toHaveLength(1)
    expect(rows(hours)).toHaveLength(1)
  })

  it('go on from the right time after all clocks were ahead for a moment', () => {
    const { rows } = given(
      ratesProjector,
      sample('2026-01-01T00:00:00.000Z', { bitcoin: 1 }),
      sample('2026-01-01T06:00:00.000Z', { bitcoin: 2 }),
      // The minute of two days later in the slot of one of these days.
      sample('2026-01-03T08:00:00.000Z', { bitcoin: 99 }),
      sample('2026-01-01T06:00:10.000Z', { bitcoin: 3 }),
    )
    expect(rows(coins)).toMatchObject([
      { price: 3, sampled_at: new Date('2026-01-01T06:00:10.000Z'), spark: [1, 3] },
    ])
    expect(rows(markets)).toMatchObject([{ market_cap: 3_000 }])
  })

  it('take a span back from a sample that was dated ahead', () => {
    const ahead = new Date(Date.UTC(2026, 0, 1) + keptMinutes * 60_000).toISOString()
    const { rows } = given(
      ratesProjector,
      sample(ahead, { bitcoin: 99 }),
      sample('2026-01-01T00:00:10.000Z', { bitcoin: 3 }),
    )
    expect(rows(minutes)).toMatchObject([{ open: 3, high: 3 }])
  })
})
