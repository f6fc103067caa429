// $by_category: in `$ce-<category>` a link to every event of the category's streams, and to what deleted them.
import type { CategoryOf } from './category.ts'
import { linkTo, type Projection } from './emission.ts'

/** Links events by the category of their stream. */
export const byCategory =
  (categoryOf: CategoryOf): Projection =>
  event => {
    const { deletedStream } = event
    const stream = deletedStream ?? event.stream
    const category = categoryOf(stream)
    if (category === undefined) return undefined
    const deletion = deletedStream === undefined ? {} : { $deleted: -1 }
    return {
      stream: `$ce-${category}`,
      type: '$>',
      data: linkTo(event),
      about: { $o: stream, ...deletion },
    }
  }
