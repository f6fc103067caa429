// $stream_by_category: in `$category-<category>` the name of every stream of the category, once.
import type { CategoryOf } from './category.ts'
import type { Projection } from './emission.ts'

/** Names a stream when its first event comes. */
export const streamByCategory =
  (categoryOf: CategoryOf): Projection =>
  event => {
    const category = event.number === '0' ? categoryOf(event.stream) : undefined
    if (category === undefined) return undefined
    return { stream: `$category-${category}`, type: '$@', data: event.stream }
  }
