// What decisions need to know of a post.

import type { PostPublished } from '@cryptotalks/shared-kernel/events/posts'
import type { Evolution } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { ReadFactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'

/** The slug is null once it was forgotten: the author was erased. */
export type Post =
  | { readonly status: 'absent' }
  | { readonly status: 'published'; readonly authorId: string; readonly slug: string | null }

export const post: Evolution<Post, ReadFactOf<typeof PostPublished>> = {
  initial: { status: 'absent' },
  evolve: (state, { type, data }) =>
    type === 'PostPublished'
      ? { status: 'published', authorId: data.authorId, slug: data.slug }
      : state,
}
