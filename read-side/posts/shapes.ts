// Posts as the API answers them.
import { z } from 'zod'
import type { PostItemRow, PostRow } from './query.ts'

const item = {
  id: z.string(),
  slug: z.string(),
  title: z.string(),
  summary: z.string(),
  tags: z.array(z.string()),
  coins: z.array(z.string()).meta({ description: 'Symbols of coins named, by first mention' }),
  author: z.strictObject({
    id: z.string(),
    username: z.string().nullable().meta({ description: 'Null once the person is forgotten' }),
  }),
  publishedAt: z.iso.datetime(),
  words: z.int(),
  revision: z.int(),
}

export const postItem = z.strictObject(item).meta({ id: 'PostItem' })

export const postPage = z
  .strictObject({
    ...item,
    body: z.string().meta({ description: 'Markdown' }),
    html: z.string().meta({ description: 'Safe to show as it is' }),
    position: z.string(),
  })
  .meta({ id: 'PostPage' })

export const postList = z
  .strictObject({ items: z.array(postItem), nextCursor: z.string().nullable() })
  .meta({ id: 'PostList' })

export const postItemFrom = (row: Omit<PostItemRow, 'title_key'>): z.infer<typeof postItem> => ({
  id: row.id,
  slug: row.slug,
  title: row.title,
  summary: row.summary,
  tags: row.tags,
  coins: row.coins,
  author: { id: row.author_id, username: row.username },
  publishedAt: row.published_at.toISOString(),
  words: row.words,
  revision: row.revision,
})

export const postPageFrom = (row: PostRow): z.infer<typeof postPage> => ({
  ...postItemFrom(row),
  body: row.body,
  html: row.html,
  position: row.position,
})
