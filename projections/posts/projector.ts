// Rows of posts, rendered and searchable, and of their authors with how much they wrote.
import { PostPublished } from '@cryptotalks/shared-kernel/events/posts'
import { UserRegistered } from '@cryptotalks/shared-kernel/events/users'
import type { EventOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import { renderMarkdown } from '@cryptotalks/shared-kernel/markdown/render-markdown'
import { folded } from '@cryptotalks/shared-kernel/search/folded'
import { occurredAt } from '../engine/event-time.ts'
import { defineProjector, rowsOf } from '../engine/projector.ts'
import { authors, posts } from './tables.ts'

/** What is left of a post when its author was forgotten can't be read, so it has no row and doesn't count. */
const readable = ({ data }: EventOf<typeof PostPublished>) => {
  const { title, slug, body } = data
  return title === null || slug === null || body === null ? undefined : { title, slug, body }
}

export const postsProjector = defineProjector({
  name: 'posts',
  version: 2,
  handles: [PostPublished, UserRegistered],
  tables: [
    rowsOf(posts, on => [
      on(PostPublished, {
        keysOf: ({ data }) => [{ id: data.postId }],
        apply: (_row, event, { id }) => {
          const written = readable(event)
          if (!written) return undefined
          const { tags, authorId } = event.data
          const { html, coins, summary, words } = renderMarkdown(written.body)
          return {
            id,
            ...written,
            summary,
            html,
            tags,
            coins,
            words,
            author_id: authorId,
            published_at: occurredAt(event),
            revision: event.revision,
            position: event.position,
            search: folded([written.title, ...tags.map(tag => `#${tag}`), written.body].join('\n')),
          }
        },
      }),
    ]),
    rowsOf(authors, on => [
      on(UserRegistered, {
        keysOf: ({ data }) => [{ id: data.userId }],
        apply: (row, { data }, { id }) => ({
          id,
          username: data.username,
          username_key: data.username?.toLowerCase() ?? null,
          posts: row?.posts ?? 0,
        }),
      }),
      on(PostPublished, {
        keysOf: ({ data }) => [{ id: data.authorId }],
        apply: (row, event, { id }) => {
          if (!readable(event)) return undefined
          const author = row ?? { id, username: null, username_key: null, posts: 0 }
          return { ...author, posts: author.posts + 1 }
        },
      }),
    ]),
  ],
})
