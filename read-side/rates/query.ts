// What is asked about coins and the market.
import { folded } from '@cryptotalks/shared-kernel/search/folded'
import { type RawBuilder, sql } from 'kysely'
import type { ReadDatabase } from '../postgres/read-database.ts'
import { holdsEach } from '../postgres/words.ts'

export const coinSorts = ['rank', 'name', 'price', 'change24h', 'marketCap', 'volume24h'] as const
export type CoinSort = (typeof coinSorts)[number]
export const orders = ['asc', 'desc'] as const
export type Order = (typeof orders)[number]

export interface CoinsAsked {
  readonly sort: CoinSort
  readonly order: Order
  /** Words, or parts of them, folded: a coin's name or symbol has each of them. */
  readonly words?: readonly string[]
  /** The last coin shown: its sort key and id. */
  readonly after?: { readonly key: string | number; readonly id: string } | undefined
  readonly limit: number
}

export type CoinRow = NonNullable<Awaited<ReturnType<typeof findCoin>>>
export type ListedCoinRow = Awaited<ReturnType<typeof findCoins>>[number]
export type MarketRow = NonNullable<Awaited<ReturnType<typeof findMarket>>>
export type CandleRow = Awaited<ReturnType<typeof findCandles>>[number]

const coinColumns = [
  'id',
  'symbol',
  'name',
  'rank',
  'price',
  'change_24h',
  'change_7d',
  'market_cap',
  'volume_24h',
  'source',
  'sampled_at',
  'spark',
] as const

const sortKeys: Readonly<Record<CoinSort, RawBuilder<string | number>>> = {
  rank: sql`rank`,
  // By code point, so that the order does not hang on the server's idea of a language.
  name: sql`lower(name) collate "C"`,
  price: sql`price`,
  change24h: sql`change_24h`,
  marketCap: sql`market_cap`,
  volume24h: sql`volume_24h`,
}

/** Coins in the order asked, from after the key on; those with equal keys are told apart by id. */
export function findCoins(db: ReadDatabase, asked: CoinsAsked) {
  const { sort, order, words = [], after, limit } = asked
  const key = sortKeys[sort]
  let coins = db.selectFrom('rates.coins').select(coinColumns).select(key.as('sort_key'))
  for (const condition of holdsEach('search', words)) coins = coins.where(condition)
  if (after !== undefined) {
    const beyond = sql.raw(order === 'asc' ? '>' : '<')
    coins = coins.where(sql<boolean>`(${key}, id) ${beyond} (${after.key}, ${after.id})`)
  }
  return coins.orderBy(key, order).orderBy('id', order).limit(limit).execute()
}

/** Before a symbol, it tells that no coin's id is meant. */
const symbolMark = '$'

/**
 * The coin of this id, in any case, or, of those with this symbol, the one that ranks first. A coin's id may be another's
 * symbol: with a `$` before it, only the symbol counts.
 */
export function findCoin(db: ReadDatabase, idOrSymbol: string) {
  const lower = idOrSymbol.toLowerCase()
  const coins = db.selectFrom('rates.coins').select(coinColumns)
  if (lower.startsWith(symbolMark))
    return coins
      .where('symbol_key', '=', folded(idOrSymbol.slice(symbolMark.length)))
      .orderBy('rank')
      .limit(1)
      .executeTakeFirst()
  return coins
    .where(where =>
      where.or([
        where('id', 'in', [idOrSymbol, lower]),
        where('symbol_key', '=', folded(idOrSymbol)),
      ]),
    )
    .orderBy(sql`id <> ${idOrSymbol}`)
    .orderBy(sql`id <> ${lower}`)
    .orderBy('rank')
    .limit(1)
    .executeTakeFirst()
}

/** The market as the source that was heard last told it, whatever its clock said. */
export const findMarket = (db: ReadDatabase) =>
  db
    .selectFrom('rates.markets')
    .select(['source', 'sampled_at', 'coins', 'market_cap', 'volume_24h'])
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()

export type Candles = 'rates.minutes' | 'rates.hours'

/** A time up to the newest price: what lies beyond it was dated by a clock that was ahead. */
export interface Period {
  readonly since: Date
  readonly until: Date
}

/** A coin's prices by span, oldest first; at most the newest `limit`. */
export async function findCandles(
  db: ReadDatabase,
  table: Candles,
  coinId: string,
  { since, until }: Period,
  limit: number,
) {
  const rows = await db
    .selectFrom(table)
    .select(['at', 'open', 'high', 'low', 'close'])
    .where('coin_id', '=', coinId)
    .where('at', '>=', since)
    .where('at', '<=', until)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute()
  return rows.reverse()
}

/** The highest and the lowest price of a period; nulls when there is none. */
export async function findExtremes(db: ReadDatabase, coinId: string, { since, until }: Period) {
  const extremesOf = (table: Candles) =>
    db
      .selectFrom(table)
      .select(find => [find.fn.max('high').as('high'), find.fn.min('low').as('low')])
      .where('coin_id', '=', coinId)
      .where('at', '>=', since)
      .where('at', '<=', until)
  const { high, low } = await db
    .selectFrom(extremesOf('rates.minutes').unionAll(extremesOf('rates.hours')).as('spans'))
    .select(find => [find.fn.max('high').as('high'), find.fn.min('low').as('low')])
    .executeTakeFirstOrThrow()
  return { high, low }
}
