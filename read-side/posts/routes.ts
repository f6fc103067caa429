// The posts that can be read.
import { defineRoute } from '@cryptotalks/shared-kernel/http/route'
import { wordsOf } from '@cryptotalks/shared-kernel/search/folded'
import { z } from 'zod'
import type { Read } from '../api/read.ts'
import { publicAnswer, refusals } from '../api/read.ts'
import { cursorOf, keyFrom } from '../paging/cursor.ts'
import { positionPart, textPart } from '../paging/key-parts.ts'
import {
  cursorParameter,
  limitParameter,
  pageOf,
  rowsFor,
  searchParameter,
} from '../paging/page.ts'
import type { ReadDatabase } from '../postgres/read-database.ts'
import { findPost, findPosts, type PostItemRow, type PostKey, postSorts } from './query.ts'
import { postItemFrom, postList, postPage, postPageFrom } from './shapes.ts'

const mostPosts = 100
const usualPosts = 30

const problems = refusals({
  'post-not-found': { status: 404, title: 'There is no such post' },
})

const listQuery = z.object({
  sort: z.enum(postSorts).default('new'),
  tag: z
    .string()
    .regex(/^[a-z0-9-]{1,20}$/)
    .optional(),
  author: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/)
    .optional()
    .meta({ description: 'A user name' }),
  q: searchParameter,
  cursor: cursorParameter,
  limit: limitParameter(mostPosts, usualPosts),
})

// Carries the keys of every order, so that there is one shape of cursor.
const keyParts = z.tuple([positionPart, textPart, textPart])

const cursorAfter = (order: string) => (row: PostItemRow) =>
  cursorOf(order, [row.position, row.title_key, row.id])

function keyOf(cursor: string | undefined, order: string): PostKey | undefined {
  if (cursor === undefined) return undefined
  const [position, title, id] = keyFrom(cursor, order, keyParts)
  return { position, title, id }
}

/** `GET /api/posts` and `GET /api/posts/:slug`. */
export function postReads(db: ReadDatabase): readonly Read[] {
  const list = defineRoute({
    method: 'get',
    path: '/api/posts',
    summary: 'Posts, newest first unless asked otherwise',
    tags: ['posts'],
    query: listQuery,
    answers: { 200: postList },
    problems: problems.of(),
    async handle({ query: { sort, tag, author, q, cursor, limit } }) {
      const order = `posts-${sort}`
      const rows = await findPosts(db, {
        sort,
        tag,
        author: author?.toLowerCase(),
        words: wordsOf(q ?? ''),
        after: keyOf(cursor, order),
        limit: rowsFor(limit),
      })
      const { shown, nextCursor } = pageOf(rows, limit, cursorAfter(order))
      return publicAnswer({ items: shown.map(postItemFrom), nextCursor })
    },
  })

  const page = defineRoute({
    method: 'get',
    path: '/api/posts/:slug',
    summary: 'A post with its text',
    tags: ['posts'],
    params: z.object({ slug: z.string() }),
    answers: { 200: postPage },
    problems: problems.of('post-not-found'),
    async handle({ params }) {
      const row = await findPost(db, params.slug)
      return row ? publicAnswer(postPageFrom(row)) : problems.refuse('post-not-found')
    },
  })

  return [
    { route: list, reads: ['posts'] },
    { route: page, reads: ['posts'] },
  ]
}
