// What the market is like now and was like before. Money is in US dollars, changes are in percent.
import { float, floats, integer, nullable, position, text, timestamp } from '../engine/column.ts'
import { type DatabaseOf, defineTable } from '../engine/table.ts'

/** One row a coin: its latest quote, and its last seven days in few points. */
export const coins = defineTable('coins', {
  columns: {
    id: text,
    symbol: text,
    name: text,
    rank: integer,
    price: float,
    change_24h: float,
    change_7d: nullable(float),
    market_cap: float,
    volume_24h: float,
    source: text,
    sampled_at: timestamp,
    /** Prices, one a step of six hours, at most 28, the newest last. */
    spark: floats,
    /** When the newest step began. */
    spark_at: timestamp,
    position,
    /** Name and symbol, folded, to search in. */
    search: text,
    /** The symbol, folded, to find it by. */
    symbol_key: text,
  },
  primaryKey: ['id'],
  indexes: [{ on: '(rank)' }, { on: '(symbol_key)' }],
})

/**
 * How many spans are kept of a coin: each takes the place of the one so many before it, so that no table grows with the
 * log. The read side shows a day by minutes and 30 days by hours; two more of each are room for a late sample.
 */
export const keptMinutes = 26 * 60
export const keptHours = 32 * 24

const candle = {
  columns: {
    coin_id: text,
    /** The number of the span since 1970, modulo how many are kept. */
    slot: integer,
    /** The beginning of the span. */
    at: timestamp,
    open: float,
    high: float,
    low: float,
    close: float,
  },
  primaryKey: ['coin_id', 'slot'],
  indexes: [{ on: '(coin_id, at)' }],
} as const

/** A coin's prices within each of the last minutes in which it was sampled. */
export const minutes = defineTable('minutes', candle)

/** A coin's prices within each of the last hours in which it was sampled. */
export const hours = defineTable('hours', candle)

/** The market as a whole, by source: sums over its latest sample. */
export const markets = defineTable('markets', {
  columns: {
    source: text,
    sampled_at: timestamp,
    coins: integer,
    market_cap: float,
    volume_24h: float,
    position,
  },
  primaryKey: ['source'],
})

export type RatesDatabase = DatabaseOf<
  'rates',
  typeof coins | typeof minutes | typeof hours | typeof markets
>
