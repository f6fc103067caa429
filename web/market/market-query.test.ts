import { describe, expect, it } from 'vitest'
import { marketHref, marketPath, marketQueryOf, sortHref } from './market-query.ts'

const asked = (query: string) => marketQueryOf(new URLSearchParams(query))

describe('the head of a column', () => {
  it('sorts the useful way at first, the other way after', () => {
    expect(sortHref(asked(''), 'marketCap')).toBe('/market?sort=marketCap')
    expect(sortHref(asked('sort=marketCap'), 'marketCap')).toBe('/market?sort=marketCap&order=asc')
    expect(sortHref(asked('sort=marketCap&order=asc'), 'marketCap')).toBe('/market?sort=marketCap')
    expect(sortHref(asked(''), 'name')).toBe('/market?sort=name')
    expect(sortHref(asked('sort=name'), 'name')).toBe('/market?sort=name&order=desc')
  })

  it('keeps the search and the chosen figure, and begins at the first page', () => {
    expect(sortHref(asked('q=bit&col=cap&cursor=x&from=51'), 'price')).toBe(
      '/market?sort=price&q=bit&col=cap',
    )
  })
})

it('reads an address that means nothing as the plain market', () => {
  expect(marketHref(asked('sort=evil&order=up&from=-3&col=9'))).toBe('/market')
})

it('asks the API for exactly what the address shows', () => {
  expect(marketPath(asked('sort=change24h&order=asc&cursor=abc'))).toBe(
    '/api/coins?sort=change24h&order=asc&cursor=abc&limit=50',
  )
})
