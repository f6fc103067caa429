// A post goes public under a slug that is its own.

import type { PostPublished } from '@cryptotalks/shared-kernel/events/posts'
import type { FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { Post } from '../state.ts'

export interface PublishPost {
  readonly postId: string
  readonly authorId: string
  readonly title: string
  readonly slug: string
  /** Markdown. */
  readonly body: string
  readonly tags: readonly string[]
}

export const publishPost =
  ({ postId, authorId, title, slug, body, tags }: PublishPost) =>
  (state: Post): readonly FactOf<typeof PostPublished>[] => {
    if (state.status === 'published') return []
    const data = { postId, authorId, title, slug, body, tags: [...tags] }
    return [{ type: 'PostPublished', data }]
  }
