// What an address of the market asks for: order, search, page, and the figure a phone shows.
import { withQuery } from '../api/ask.ts'

export const coinSorts = ['rank', 'name', 'price', 'change24h', 'marketCap', 'volume24h'] as const
export type CoinSort = (typeof coinSorts)[number]
export type Order = 'asc' | 'desc'
export const columns = ['24h', '7d', 'cap', 'vol'] as const
export type Column = (typeof columns)[number]

export const coinsPerPage = 50

export interface MarketQuery {
  readonly sort: CoinSort
  readonly order: Order
  readonly q: string
  readonly cursor: string
  readonly from: number
  readonly col: Column
}

/** The order that is useful first: names and ranks up, figures down. */
export function usefulOrder(sort: CoinSort): Order {
  return sort === 'name' || sort === 'rank' ? 'asc' : 'desc'
}

const mostCounted = 100_000

export function marketQueryOf(query: URLSearchParams): MarketQuery {
  const sort = coinSorts.find(name => name === query.get('sort')) ?? 'rank'
  const order = query.get('order')
  const from = Number(query.get('from'))
  return {
    sort,
    order: order === 'asc' || order === 'desc' ? order : usefulOrder(sort),
    q: query.get('q') ?? '',
    cursor: query.get('cursor') ?? '',
    from: Number.isInteger(from) && from > 0 && from < mostCounted ? from : 1,
    col: columns.find(name => name === query.get('col')) ?? '24h',
  }
}

/** The address of a market page; what everybody gets first is left out. */
export function marketHref(market: Partial<MarketQuery>): string {
  const { sort = 'rank', order, q, cursor, from, col } = market
  return withQuery('/market', {
    sort: sort === 'rank' ? null : sort,
    order: order === usefulOrder(sort) ? null : order,
    q,
    cursor,
    from: from === 1 ? null : from,
    col: col === '24h' ? null : col,
  })
}

/** The query API's path for a market page. */
export function marketPath(market: MarketQuery): string {
  const { sort, order, q, cursor } = market
  return withQuery('/api/coins', { sort, order, q, cursor, limit: coinsPerPage })
}

/** Where a press on a column's head leads: the useful order first, the other one after. */
export function sortHref(market: MarketQuery, sort: CoinSort): string {
  const again = market.sort === sort
  const order = again ? (market.order === 'asc' ? 'desc' : 'asc') : usefulOrder(sort)
  return marketHref({ sort, order, q: market.q, col: market.col })
}
