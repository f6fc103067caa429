import { expect, it } from 'vitest'
import { quoteOf } from '../market/quote.ts'
import { fixtureCoins } from '../testing/fixture-coins.ts'
import { updateQuotes, youngest } from './quotes.ts'

const earlier = fixtureCoins(new Date('2024-06-11T14:00:00Z')).slice(0, 3).map(quoteOf)
const later = fixtureCoins(new Date('2024-06-11T14:00:10Z')).map(quoteOf)

it('keeps rows and their order, and takes only newer figures', () => {
  const updated = updateQuotes(earlier, later.toReversed())
  expect(updated.map(quote => quote.id)).toEqual(earlier.map(quote => quote.id))
  expect(updated.map(quote => quote.sampledAt)).toEqual(
    later.slice(0, 3).map(quote => quote.sampledAt),
  )
})

it('keeps a row whose coin was not told again', () => {
  expect(updateQuotes(earlier, [])).toEqual(earlier)
})

it('is as young as its youngest row', () => {
  const mixed = [...earlier, ...later.slice(3, 4)]
  expect(youngest(mixed)?.id).toBe(later[3]?.id)
  expect(youngest([])).toBeUndefined()
})
