// Takes from a source's answer what can be believed.
import { type Quote, quoteSchema } from '@cryptotalks/shared-kernel/events/rates'

/** More coins than any page or chart of the site shows. */
export const mostQuotes = 500
// Wider than any market has been; a number beyond is a broken answer, not a price.
const largestSum = 1e15
const largestChangePercent = 1e6
const longestName = 60
const coinId = /^[a-z0-9][a-z0-9-]{0,79}$/

export interface Sifted {
  readonly quotes: readonly Quote[]
  /** How many were left out: not of the right shape, out of bounds, named before, or too many. */
  readonly leftOut: number
}

function isPlausible({ coinId: id, symbol, name, price, ...rest }: Quote): boolean {
  const names = [symbol, name]
  const sums = [price, rest.marketCap, rest.volume24h]
  const changes = [rest.change24h, rest.change7d ?? 0]
  return (
    coinId.test(id) &&
    names.every(
      text => text !== '' && text.length <= longestName && !/[\p{Cc}\p{Cs}]/u.test(text),
    ) &&
    sums.every(sum => sum <= largestSum) &&
    changes.every(change => change >= -100 && change <= largestChangePercent)
  )
}

/** The quotes that can be believed, in their order. One bad quote costs that quote, not the sample. */
export function sift(given: readonly unknown[]): Sifted {
  const quotes: Quote[] = []
  const seen = new Set<string>()
  for (const one of given.slice(0, mostQuotes)) {
    const { data: quote } = quoteSchema.safeParse(one)
    if (!quote || !isPlausible(quote) || seen.has(quote.coinId)) continue
    seen.add(quote.coinId)
    quotes.push(quote)
  }
  return { quotes, leftOut: given.length - quotes.length }
}
