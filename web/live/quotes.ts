// Prices that stay current in place: the same rows in the same order, only their figures change.
import { type Accessor, createSignal } from 'solid-js'
import { askHere } from '../api/ask.ts'
import type { Coin, CoinList } from '../api/types.ts'
import { type Quote, quoteOf } from '../market/quote.ts'
import { every } from './every.ts'

const refreshSeconds = 10

/** Each row with the newest quote of its coin; rows neither come, go nor move. */
export function updateQuotes(rows: readonly Quote[], newest: readonly Quote[]): readonly Quote[] {
  const byId = new Map(newest.map(quote => [quote.id, quote]))
  return rows.map(row => byId.get(row.id) ?? row)
}

/** The youngest of some quotes: its age is the age of the list. */
export function youngest(quotes: readonly Quote[]): Quote | undefined {
  return quotes.reduce<Quote | undefined>(
    (best, quote) => (best && best.sampledAt >= quote.sampledAt ? best : quote),
    undefined,
  )
}

/** Reads the coins of a list, with the whole list told to `seen`. */
export function coinsOf(path: string, seen?: (list: CoinList) => void) {
  return async (): Promise<readonly Coin[]> => {
    const answer = await askHere<CoinList>(path)
    if (!answer.ok) return []
    seen?.(answer.value)
    return answer.value.items
  }
}

/** Reads each of the coins by itself. */
export function coinsById(ids: readonly string[]) {
  return async (): Promise<readonly Coin[]> => {
    const answers = await Promise.all(ids.map(id => askHere<Coin>(`/api/coins/${id}`)))
    return answers.flatMap(answer => (answer.ok ? [answer.value] : []))
  }
}

/** The given rows, read again each ten seconds while the page can be seen. */
export function liveQuotes(
  first: readonly Quote[],
  read: () => Promise<readonly Coin[]>,
): Accessor<readonly Quote[]> {
  const [rows, setRows] = createSignal(first)
  every(refreshSeconds, async () => {
    const newest = (await read()).map(quoteOf)
    setRows(rows => (rows.length === 0 ? newest : updateQuotes(rows, newest)))
  })
  return rows
}
