// What is asked about posts.
import { sql } from 'kysely'
import type { ReadDatabase } from '../postgres/read-database.ts'
import { holdsEach } from '../postgres/words.ts'

export const postSorts = ['new', 'old', 'title'] as const
export type PostSort = (typeof postSorts)[number]

/** The sort keys of the last post shown, of which each order uses its own. */
export interface PostKey {
  readonly position: string
  readonly title: string
  readonly id: string
}

export interface PostFilter {
  readonly tag?: string | undefined
  /** A user name in lower case. */
  readonly author?: string | undefined
  /** Words, or parts of them, folded: a post has all of them. */
  readonly words?: readonly string[]
}

export interface PostsAsked extends PostFilter {
  readonly sort: PostSort
  readonly after?: PostKey | undefined
  readonly limit: number
}

export type PostItemRow = Awaited<ReturnType<typeof findPosts>>[number]
export type PostRow = NonNullable<Awaited<ReturnType<typeof findPost>>>

const itemColumns = [
  'post.id',
  'post.slug',
  'post.title',
  'post.summary',
  'post.tags',
  'post.coins',
  'post.author_id',
  'author.username',
  'post.published_at',
  'post.words',
  'post.revision',
  'post.position',
] as const

// By code point, so that the order does not hang on the server's idea of a language.
const titleKey = sql<string>`lower(post.title) collate "C"`

const postsWithAuthors = (db: ReadDatabase) =>
  db
    .selectFrom('posts.posts as post')
    .leftJoin('posts.authors as author', 'author.id', 'post.author_id')

/** Posts in the order asked, from after the key on. Positions never tie; titles that do are told apart by id. */
export function findPosts(db: ReadDatabase, asked: PostsAsked) {
  const { sort, after, limit } = asked
  const posts = matching(db, asked).select(itemColumns).select(titleKey.as('title_key'))
  switch (sort) {
    case 'new':
      return posts
        .$if(after !== undefined, query => query.where('post.position', '<', after?.position ?? ''))
        .orderBy('post.position', 'desc')
        .limit(limit)
        .execute()
    case 'old':
      return posts
        .$if(after !== undefined, query => query.where('post.position', '>', after?.position ?? ''))
        .orderBy('post.position')
        .limit(limit)
        .execute()
    case 'title':
      return posts
        .$if(after !== undefined, query =>
          query.where(sql<boolean>`(${titleKey}, post.id) > (${after?.title}, ${after?.id})`),
        )
        .orderBy(titleKey)
        .orderBy('post.id')
        .limit(limit)
        .execute()
  }
}

function matching(db: ReadDatabase, { tag, author, words = [] }: PostFilter) {
  let posts = postsWithAuthors(db)
  if (tag !== undefined) posts = posts.where('post.tags', '@>', sql<string[]>`array[${tag}]`)
  if (author !== undefined)
    posts = posts.where('post.author_id', 'in', query =>
      query.selectFrom('posts.authors').select('id').where('username_key', '=', author),
    )
  for (const condition of holdsEach('post.search', words)) posts = posts.where(condition)
  return posts
}

/** The post at an address. */
export const findPost = (db: ReadDatabase, slug: string) =>
  postsWithAuthors(db)
    .select(itemColumns)
    .select(['post.body', 'post.html'])
    .where('post.slug', '=', slug)
    .executeTakeFirst()
