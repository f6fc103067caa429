// A coin as the pages show it: the API's coin with its small line already drawn.
import type { Coin } from '../api/types.ts'
import { sparkPoints } from './sparkline.ts'

export type Quote = Omit<Coin, 'sparkline'> & { readonly spark: string }

export function quoteOf(coin: Coin): Quote {
  const { sparkline, ...rest } = coin
  return { ...rest, spark: sparkPoints(sparkline) }
}

/** What a chip in a list needs of a coin. */
export interface Mark {
  readonly id: string
  readonly change24h: number
}

/** The marks of the named symbols, by symbol; unknown symbols are left out. */
export function marksOf(
  coins: readonly Coin[],
  symbols: Iterable<string>,
): Readonly<Record<string, Mark>> {
  const wanted = new Set(symbols)
  const marks: Record<string, Mark> = {}
  for (const { symbol, id, change24h } of coins) {
    if (wanted.has(symbol)) marks[symbol] ??= { id, change24h }
  }
  return marks
}
