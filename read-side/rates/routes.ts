// The market as it is, and as it was.
import { defineRoute } from '@cryptotalks/shared-kernel/http/route'
import { wordsOf } from '@cryptotalks/shared-kernel/search/folded'
import { z } from 'zod'
import { publicAnswer, type Read, refusals } from '../api/read.ts'
import { cursorOf, keyFrom } from '../paging/cursor.ts'
import { integerPart, numberPart, textPart } from '../paging/key-parts.ts'
import {
  cursorParameter,
  limitParameter,
  pageOf,
  rowsFor,
  searchParameter,
} from '../paging/page.ts'
import type { ReadDatabase } from '../postgres/read-database.ts'
import {
  type Candles,
  type CoinSort,
  coinSorts,
  findCandles,
  findCoin,
  findCoins,
  findExtremes,
  findMarket,
  type Order,
  orders,
  type Period,
} from './query.ts'
import {
  coinDetail,
  coinFrom,
  coinHistory,
  coinList,
  marketFrom,
  pointFrom,
  type Range,
  ranges,
} from './shapes.ts'

const mostCoins = 250
const usualCoins = 50

const problems = refusals({
  'coin-not-found': { status: 404, title: 'There is no such coin' },
})

/** The order that is useful first: names and ranks up, figures down. */
const usualOrders: Readonly<Record<CoinSort, Order>> = {
  rank: 'asc',
  name: 'asc',
  price: 'desc',
  change24h: 'desc',
  marketCap: 'desc',
  volume24h: 'desc',
}

const figureKey = z.tuple([numberPart, textPart])
const keyParts = {
  rank: z.tuple([integerPart, textPart]),
  name: z.tuple([textPart, textPart]),
  price: figureKey,
  change24h: figureKey,
  marketCap: figureKey,
  volume24h: figureKey,
} as const satisfies Record<CoinSort, z.ZodType>

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

interface Span {
  readonly milliseconds: number
  readonly interval: 'minute' | 'hour'
  readonly table: Candles
}

const spans: Readonly<Record<Range, Span>> = {
  '1h': { milliseconds: hour, interval: 'minute', table: 'rates.minutes' },
  '24h': { milliseconds: day, interval: 'minute', table: 'rates.minutes' },
  '7d': { milliseconds: 7 * day, interval: 'hour', table: 'rates.hours' },
  '30d': { milliseconds: 30 * day, interval: 'hour', table: 'rates.hours' },
}

const endingAt = (until: Date, milliseconds: number): Period => ({
  since: new Date(until.getTime() - milliseconds),
  until,
})

const coinPath = z.object({
  id: z.string().meta({ description: 'Its id, or its symbol; `$btc` is the symbol only' }),
})

/** `GET /api/coins`. */
function listCoins(db: ReadDatabase): Read {
  const route = defineRoute({
    method: 'get',
    path: '/api/coins',
    summary: 'Coins with their prices, and the market as a whole',
    tags: ['rates'],
    query: z.object({
      sort: z.enum(coinSorts).default('rank'),
      order: z
        .enum(orders)
        .optional()
        .meta({ description: 'Rank and name go up, figures go down, unless asked otherwise' }),
      q: searchParameter,
      cursor: cursorParameter,
      limit: limitParameter(mostCoins, usualCoins),
    }),
    answers: { 200: coinList },
    problems: problems.of(),
    async handle({ query: { sort, order = usualOrders[sort], q, cursor, limit } }) {
      const list = `coins-${sort}-${order}`
      const after = cursor === undefined ? undefined : keyFrom(cursor, list, keyParts[sort])
      const [rows, market] = await Promise.all([
        findCoins(db, {
          sort,
          order,
          words: wordsOf(q ?? ''),
          after: after && { key: after[0], id: after[1] },
          limit: rowsFor(limit),
        }),
        findMarket(db),
      ])
      const { shown, nextCursor } = pageOf(rows, limit, ({ sort_key, id }) =>
        cursorOf(list, [sort_key, id]),
      )
      return publicAnswer({
        items: shown.map(coinFrom),
        nextCursor,
        market: market ? marketFrom(market) : null,
      })
    },
  })
  return { route, reads: ['rates'] }
}

/** `GET /api/coins/:id`. */
function showCoin(db: ReadDatabase): Read {
  const route = defineRoute({
    method: 'get',
    path: '/api/coins/:id',
    summary: 'A coin with its day',
    tags: ['rates'],
    params: coinPath,
    answers: { 200: coinDetail },
    problems: problems.of('coin-not-found'),
    async handle({ params }) {
      const row = await findCoin(db, params.id)
      if (row === undefined) return problems.refuse('coin-not-found')
      // The day before its newest price, not before now: a feed that stands still takes no part of the day away.
      const { high, low } = await findExtremes(db, row.id, endingAt(row.sampled_at, day))
      return publicAnswer({
        ...coinFrom(row),
        high24h: Math.max(high ?? row.price, row.price),
        low24h: Math.min(low ?? row.price, row.price),
      })
    },
  })
  return { route, reads: ['rates'] }
}

/** `GET /api/coins/:id/history`. */
function showHistory(db: ReadDatabase): Read {
  const route = defineRoute({
    method: 'get',
    path: '/api/coins/:id/history',
    summary: 'What a coin cost, up to its newest price',
    tags: ['rates'],
    params: coinPath,
    query: z.object({ range: z.enum(ranges).default('24h') }),
    answers: { 200: coinHistory },
    problems: problems.of('coin-not-found'),
    async handle({ params, query: { range } }) {
      const row = await findCoin(db, params.id)
      if (row === undefined) return problems.refuse('coin-not-found')
      const { table, interval, milliseconds } = spans[range]
      const most = milliseconds / (interval === 'minute' ? minute : hour)
      const candles = await findCandles(
        db,
        table,
        row.id,
        endingAt(row.sampled_at, milliseconds),
        most,
      )
      return publicAnswer({ id: row.id, range, interval, points: candles.map(pointFrom) })
    },
  })
  return { route, reads: ['rates'] }
}

/** The routes on coins. */
export const rateReads = (db: ReadDatabase): readonly Read[] => [
  listCoins(db),
  showCoin(db),
  showHistory(db),
]
