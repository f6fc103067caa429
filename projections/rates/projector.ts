// Rows of the market: each coin's latest quote and week, its history by minute and hour, and the sums.
import { MarketSampleRecorded, type Quote } from '@cryptotalks/shared-kernel/events/rates'
import type { EventOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import { momentOf } from '../engine/event-time.ts'
import { defineProjector, rowsOf } from '../engine/projector.ts'
import type { KeyOf, RowOf } from '../engine/table.ts'
import { withPrice } from './spark.ts'
import { coins, hours, markets, minutes } from './tables.ts'

type Sample = EventOf<typeof MarketSampleRecorded>
type Candles = typeof minutes | typeof hours
type Candle = RowOf<typeof minutes>

// A sample touches the rows of each of its coins in several tables, and each row asks for its quote.
const indexed = new WeakMap<Sample, ReadonlyMap<string, Quote>>()

function quotesOf(sample: Sample): ReadonlyMap<string, Quote> {
  const known = indexed.get(sample)
  if (known) return known
  const quotes = new Map(sample.data.quotes.map(quote => [quote.coinId, quote]))
  indexed.set(sample, quotes)
  return quotes
}

function quoteOf(sample: Sample, coinId: string): Quote {
  const quote = quotesOf(sample).get(coinId)
  if (!quote) throw new Error(`The sample has no quote of ${coinId}`)
  return quote
}

/** The candle of the span that a sample falls into, by coin. */
const candlesOf = (spanMilliseconds: number) => ({
  keysOf: (sample: Sample): KeyOf<Candles>[] => {
    const moment = momentOf(sample.data.sampledAt).getTime()
    const at = new Date(Math.floor(moment / spanMilliseconds) * spanMilliseconds)
    return [...quotesOf(sample).keys()].map(coin_id => ({ coin_id, at }))
  },
  // Written out: this fold runs most often of all, and spreading the key took most of its time.
  apply: (row: Candle | undefined, sample: Sample, { coin_id, at }: KeyOf<Candles>): Candle => {
    const { price } = quoteOf(sample, coin_id)
    if (!row) return { coin_id, at, open: price, high: price, low: price, close: price }
    const { open, high, low } = row
    return {
      coin_id,
      at,
      open,
      high: Math.max(high, price),
      low: Math.min(low, price),
      close: price,
    }
  },
})

const sumOf = (sample: Sample, of: (quote: Quote) => number): number =>
  sample.data.quotes.reduce((sum, quote) => sum + of(quote), 0)

export const ratesProjector = defineProjector({
  name: 'rates',
  version: 1,
  // Each sample is whole in itself: a bad one must not hold back the rest of its day.
  parks: 'event',
  handles: [MarketSampleRecorded],
  tables: [
    rowsOf(coins, on => [
      on(MarketSampleRecorded, {
        keysOf: sample => [...quotesOf(sample).keys()].map(id => ({ id })),
        apply: (row, sample, { id }) => {
          const sampled_at = momentOf(sample.data.sampledAt)
          // Two sources may tell of one coin: the newest sample counts, not the one that came in last.
          if (row && row.sampled_at > sampled_at) return undefined
          const { symbol, name, rank, price, ...quote } = quoteOf(sample, id)
          return {
            id,
            symbol,
            name,
            rank,
            price,
            change_24h: quote.change24h,
            change_7d: quote.change7d,
            market_cap: quote.marketCap,
            volume_24h: quote.volume24h,
            source: sample.data.source,
            sampled_at,
            ...withPrice(row, sampled_at, price),
            position: sample.position,
          }
        },
      }),
    ]),
    rowsOf(minutes, on => [on(MarketSampleRecorded, candlesOf(60_000))]),
    rowsOf(hours, on => [on(MarketSampleRecorded, candlesOf(3_600_000))]),
    rowsOf(markets, on => [
      on(MarketSampleRecorded, {
        keysOf: ({ data }) => [{ source: data.source }],
        apply: (row, sample, { source }) => {
          const sampled_at = momentOf(sample.data.sampledAt)
          if (row && row.sampled_at > sampled_at) return undefined
          return {
            source,
            sampled_at,
            coins: quotesOf(sample).size,
            market_cap: sumOf(sample, quote => quote.marketCap),
            volume_24h: sumOf(sample, quote => quote.volume24h),
            position: sample.position,
          }
        },
      }),
    ]),
  ],
})
