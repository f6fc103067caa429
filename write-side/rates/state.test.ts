import { given } from '@cryptotalks/shared-kernel/eventsourcing/testing/decider-spec'
import { describe, expect, it } from 'vitest'
import { recordMarketSample } from './commands/record-market-sample.ts'
import { mostQuotes, sift } from './quotes.ts'
import { dayOfRates } from './state.ts'

const bitcoin = {
  coinId: 'bitcoin',
  symbol: 'BTC',
  name: 'Bitcoin',
  rank: 1,
  price: 67_000,
  change24h: 1.5,
  change7d: null,
  marketCap: 1.3e12,
  volume24h: 3e10,
}
const at = (time: string) => new Date(`2026-03-01T${time}Z`)
const recorded = (time: string) => ({
  type: 'MarketSampleRecorded' as const,
  data: { source: 'simulated', sampledAt: at(time).toISOString(), quotes: [bitcoin] },
})
const record = (time: string, quotes = [bitcoin], now = time) =>
  recordMarketSample({ source: 'simulated', sampledAt: at(time), quotes, now: at(now) })

describe('recording a sample', () => {
  it('writes the first of a day', () =>
    given(dayOfRates).when(record('00:00:05')).thenFacts(recorded('00:00:05')))
  it('writes a newer one', () =>
    given(dayOfRates, recorded('00:00:05'))
      .when(record('00:00:15'))
      .thenFacts(recorded('00:00:15')))
  it('does nothing with the same one again', () =>
    given(dayOfRates, recorded('00:00:05')).when(record('00:00:05')).thenNothing())
  it('does nothing with one that comes late', () =>
    given(dayOfRates, recorded('00:00:05'), recorded('00:00:15'))
      .when(record('00:00:10'))
      .thenNothing())
  it('takes one that is ahead by as much as clocks differ', () =>
    given(dayOfRates)
      .when(record('00:01:00', [bitcoin], '00:00:00'))
      .thenFacts(recorded('00:01:00')))
  it('refuses one of a time to come', () =>
    given(dayOfRates)
      .when(record('00:01:01', [bitcoin], '00:00:00'))
      .thenRefused({ refused: 'from-the-future' }))
  it('writes one of now after one that was dated ahead', () =>
    given(dayOfRates, recorded('00:00:05'), recorded('12:00:00'))
      .when(record('00:00:15'))
      .thenFacts(recorded('00:00:15')))
  it('is refused when no quote can be used', () =>
    given(dayOfRates).when(record('00:00:05', [])).thenRefused({ refused: 'no-usable-quotes' }))
})

describe('sifting a source’s answer', () => {
  it('keeps what can be believed', () =>
    expect(sift([bitcoin])).toEqual({ quotes: [bitcoin], leftOut: 0 }))

  it.each([
    ['no object', null],
    ['text', '<html>'],
    ['a price that is no number', { ...bitcoin, price: Number.NaN }],
    ['an endless price', { ...bitcoin, price: Number.POSITIVE_INFINITY }],
    ['a price in text', { ...bitcoin, price: '67000' }],
    ['no price', { ...bitcoin, price: 0 }],
    ['a negative price', { ...bitcoin, price: -1 }],
    ['a huge price', { ...bitcoin, price: 1e300 }],
    ['a negative volume', { ...bitcoin, volume24h: -1 }],
    ['a loss of more than all', { ...bitcoin, change24h: -101 }],
    ['a rank of nothing', { ...bitcoin, rank: 0 }],
    ['an id that is a path', { ...bitcoin, coinId: '../etc' }],
    ['a name without end', { ...bitcoin, name: 'B'.repeat(1_000) }],
    ['a field too many', { ...bitcoin, html: '<script>' }],
    ['the same coin again', bitcoin],
  ])('leaves out a quote with %s, and only that', (_, bad) => {
    const ethereum = { ...bitcoin, coinId: 'ethereum', symbol: 'ETH', name: 'Ethereum' }
    expect(sift([bitcoin, bad, ethereum])).toEqual({ quotes: [bitcoin, ethereum], leftOut: 1 })
  })

  it('takes no more than the site can show', () => {
    const many = Array.from({ length: mostQuotes + 10 }, (_, n) => ({
      ...bitcoin,
      coinId: `coin-${n}`,
    }))
    const sifted = sift(many)
    expect([sifted.quotes.length, sifted.leftOut]).toEqual([mostQuotes, 10])
  })
})
