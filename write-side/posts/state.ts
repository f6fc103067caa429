// What decisions need to know of a post.

import type { PostPublished } from '@cryptotalks/shared-kernel/events/posts'
import type { Evolution } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { ReadFactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'

export type Post =
  | { readonly status: 'absent' }
  | { readonly status: 'published'; readonly authorId: string }

export const post: Evolution<Post, ReadFactOf<typeof PostPublished>> = {
  initial: { status: 'absent' },
  evolve: (state, { type, data }) =>
    type === 'PostPublished' ? { status: 'published', authorId: data.authorId } : state,
}
