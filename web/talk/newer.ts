// How many posts came since a list was drawn, and how that is said.
import type { PostItem } from '../api/types.ts'
import { postsPerPage } from './talk-data.ts'

/** How many of the newest posts came after the newest one shown. */
export function countNewer(
  shown: readonly Pick<PostItem, 'id' | 'publishedAt'>[],
  newest: readonly Pick<PostItem, 'id' | 'publishedAt'>[],
): number {
  const known = new Set(shown.map(post => post.id))
  const since = Date.parse(shown[0]?.publishedAt ?? '') || 0
  return newest.filter(post => !known.has(post.id) && Date.parse(post.publishedAt) >= since).length
}

/** The words of the bar; a full page of new ones may hide more. */
export function newerWords(amount: number): string {
  if (amount >= postsPerPage) return `${postsPerPage} or more new posts`
  return amount === 1 ? '1 new post' : `${amount} new posts`
}
