// What the lists of posts read: the posts themselves, and the coins they name.
import { type Answer, type Ask, withQuery } from '../api/ask.ts'
import type { CoinList, PostItem, PostList } from '../api/types.ts'
import { type Mark, marksOf } from '../market/quote.ts'

/** All coins in one answer: enough for chips and movers. */
export const allCoinsPath = '/api/coins?limit=250'
export const postsPerPage = 30

export const sorts = ['new', 'old', 'title'] as const
export type Sort = (typeof sorts)[number]

export interface ListQuery {
  readonly sort: Sort
  readonly tag: string
  readonly q: string
  readonly author: string
  readonly cursor: string
  /** Number of the first post shown, for the span in the pager. */
  readonly from: number
}

const mostCounted = 1_000_000

/** The list an address asks for; what it can't mean is left out. */
export function listQueryOf(query: URLSearchParams): ListQuery {
  const sort = sorts.find(name => name === query.get('sort')) ?? 'new'
  const from = Number(query.get('from'))
  return {
    sort,
    tag: query.get('tag') ?? '',
    q: query.get('q') ?? '',
    author: query.get('author') ?? '',
    cursor: query.get('cursor') ?? '',
    from: Number.isInteger(from) && from > 0 && from < mostCounted ? from : 1,
  }
}

/** The address of a list; the order everybody gets first is left out. */
export function listHref(list: Partial<ListQuery>): string {
  const { sort, tag, q, author, cursor, from } = list
  return withQuery('/posts', {
    sort: sort === 'new' ? null : sort,
    tag,
    q,
    author,
    cursor,
    from: from === 1 ? null : from,
  })
}

/** The query API's path for a list. */
export function listPath(list: Partial<ListQuery>): string {
  const { sort, tag, q, author, cursor } = list
  return withQuery('/api/posts', { sort, tag, q, author, cursor, limit: postsPerPage })
}

export interface TalkList {
  readonly posts: readonly PostItem[]
  readonly nextCursor: string | null
  readonly marks: Readonly<Record<string, Mark>>
}

/** Posts with the marks of the coins they name; without prices the marks are none. */
export function talkList(list: PostList, coins: Answer<CoinList>): TalkList {
  const named = list.items.flatMap(post => post.coins)
  return {
    posts: list.items,
    nextCursor: list.nextCursor,
    marks: coins.ok ? marksOf(coins.value.items, named) : {},
  }
}

/** Reads a list and the coins beside each other. */
export async function readTalk(ask: Ask, path: string) {
  return Promise.all([ask<PostList>(path), ask<CoinList>(allCoinsPath)])
}

/** The tags of the shown posts, busiest first, at most `most`. */
export function busyTags(
  posts: readonly PostItem[],
  most: number,
): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const tag of posts.flatMap(post => post.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, most)
}
