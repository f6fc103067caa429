// The query API's JSON shapes, as the site reads them.

export interface Author {
  readonly id: string
  /** `null` once the person has been forgotten. */
  readonly username: string | null
}

export interface PostItem {
  readonly id: string
  readonly slug: string
  readonly title: string
  readonly summary: string
  readonly tags: readonly string[]
  /** Symbols of the coins named, upper case, first seen first. */
  readonly coins: readonly string[]
  readonly author: Author
  readonly publishedAt: string
  readonly words: number
  readonly revision: number
}

export interface Post extends PostItem {
  /** Markdown, as it was written. */
  readonly body: string
  /** Safe HTML, made by the server. */
  readonly html: string
  readonly position: string
}

export interface PostList {
  readonly items: readonly PostItem[]
  readonly nextCursor: string | null
}

export interface Profile {
  readonly id: string
  readonly username: string
  readonly joinedAt: string
  readonly posts: number
}

export interface Visitor {
  readonly id: string
  readonly username: string
}

export interface Coin {
  readonly id: string
  readonly symbol: string
  readonly name: string
  readonly rank: number
  /** US dollars. */
  readonly price: number
  /** Per cent. */
  readonly change24h: number
  readonly change7d: number | null
  readonly marketCap: number
  readonly volume24h: number
  /** At most 28 prices of seven days, oldest first. */
  readonly sparkline: readonly number[]
  readonly source: string
  readonly sampledAt: string
}

export interface CoinDetail extends Coin {
  readonly high24h: number
  readonly low24h: number
}

export interface MarketTotals {
  readonly source: string
  readonly sampledAt: string
  readonly coins: number
  readonly marketCap: number
  readonly volume24h: number
}

export interface CoinList {
  readonly items: readonly Coin[]
  readonly nextCursor: string | null
  readonly market: MarketTotals | null
}

export const ranges = ['1h', '24h', '7d', '30d'] as const
export type Range = (typeof ranges)[number]

export interface PricePoint {
  readonly at: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

export interface History {
  readonly id: string
  readonly range: Range
  readonly interval: 'minute' | 'hour'
  readonly points: readonly PricePoint[]
}
