// Rows of the market: each coin's latest quote and week, its history by minute and hour, and the sums.
import { MarketSampleRecorded, type Quote } from '@cryptotalks/shared-kernel/events/rates'
import type { EventOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import { folded } from '@cryptotalks/shared-kernel/search/folded'
import { momentOf } from '../engine/event-time.ts'
import { defineProjector, rowsOf } from '../engine/projector.ts'
import type { KeyOf, RowOf } from '../engine/table.ts'
import { withPrice } from './spark.ts'
import { coins, hours, keptHours, keptMinutes, markets, minutes } from './tables.ts'

type Sample = EventOf<typeof MarketSampleRecorded>
type Candles = typeof minutes | typeof hours
type Candle = RowOf<typeof minutes>

interface Read {
  readonly quotes: ReadonlyMap<string, Quote>
  /** Milliseconds since 1970. */
  readonly moment: number
  /** The latest time that anything known by then can honestly bear. */
  readonly latest: number
}

/** Clocks of two machines that are well differ by less. */
const mostAheadMilliseconds = 60_000

// A sample touches the rows of each of its coins in several tables, and each row asks for its quote and its time.
const known = new WeakMap<Sample, Read>()

function read(sample: Sample): Read {
  const before = known.get(sample)
  if (before) return before
  const quotes = new Map(sample.data.quotes.map(quote => [quote.coinId, quote]))
  const moment = momentOf(sample.data.sampledAt).getTime()
  const latest = sample.recordedAt.getTime() + mostAheadMilliseconds
  // Dated ahead of when it came in, it says nothing of when the market was so: it makes no row.
  const now = { quotes: moment > latest ? nothing : quotes, moment, latest }
  known.set(sample, now)
  return now
}

const nothing: ReadonlyMap<string, Quote> = new Map()

/**
 * Whether a row's time counts as later than the sample's. One beyond what the store's clock said as the sample came in
 * was dated by a clock that was ahead, and gives way to the right time.
 */
function isLater(rowTime: Date, sample: Sample): boolean {
  const { moment, latest } = read(sample)
  const time = rowTime.getTime()
  return time > moment && time <= latest
}

const quotesOf = (sample: Sample) => read(sample).quotes

function quoteOf(sample: Sample, coinId: string): Quote {
  const quote = quotesOf(sample).get(coinId)
  if (!quote) throw new Error(`The sample has no quote of ${coinId}`)
  return quote
}

/** The candle of the span that a sample falls into, by coin; of each coin the last so many are kept. */
const candlesOf = (spanMilliseconds: number, kept: number) => {
  const spanOf = (sample: Sample) => Math.floor(read(sample).moment / spanMilliseconds)
  return {
    keysOf: (sample: Sample): KeyOf<Candles>[] => {
      const slot = spanOf(sample) % kept
      return [...quotesOf(sample).keys()].map(coin_id => ({ coin_id, slot }))
    },
    // Written out: this fold runs most often of all, and spreading the key took most of its time.
    apply: (row: Candle | undefined, sample: Sample, { coin_id, slot }: KeyOf<Candles>) => {
      const { price } = quoteOf(sample, coin_id)
      const at = spanOf(sample) * spanMilliseconds
      if (row === undefined || row.at.getTime() < at || row.at.getTime() > read(sample).latest)
        return {
          coin_id,
          slot,
          at: new Date(at),
          open: price,
          high: price,
          low: price,
          close: price,
        }
      // A sample that came in so late that its span has given way to a newer one already.
      if (row.at.getTime() > at) return undefined
      const { open, high, low } = row
      return {
        coin_id,
        slot,
        at: row.at,
        open,
        high: Math.max(high, price),
        low: Math.min(low, price),
        close: price,
      }
    },
  }
}

const sumOf = (sample: Sample, of: (quote: Quote) => number): number =>
  sample.data.quotes.reduce((sum, quote) => sum + of(quote), 0)

export const ratesProjector = defineProjector({
  name: 'rates',
  version: 3,
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
          if (row && isLater(row.sampled_at, sample)) return undefined
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
            ...withPrice(row, sampled_at, price, row && row.sampled_at > sampled_at),
            position: sample.position,
            search: folded(`${name}\n${symbol}`),
            symbol_key: folded(symbol),
          }
        },
      }),
    ]),
    rowsOf(minutes, on => [on(MarketSampleRecorded, candlesOf(60_000, keptMinutes))]),
    rowsOf(hours, on => [on(MarketSampleRecorded, candlesOf(3_600_000, keptHours))]),
    rowsOf(markets, on => [
      on(MarketSampleRecorded, {
        keysOf: sample => (quotesOf(sample).size > 0 ? [{ source: sample.data.source }] : []),
        apply: (row, sample, { source }) => {
          const sampled_at = momentOf(sample.data.sampledAt)
          if (row && isLater(row.sampled_at, sample)) return undefined
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
