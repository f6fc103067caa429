// What was published, and by whom.
import { integer, nullable, position, text, texts, timestamp } from '../engine/column.ts'
import { type DatabaseOf, defineTable } from '../engine/table.ts'

/** One row a post that can be read; one whose author was forgotten has none. */
export const posts = defineTable('posts', {
  columns: {
    id: text,
    slug: text,
    title: text,
    summary: text,
    /** Markdown. */
    body: text,
    /** Safe to show as it is. */
    html: text,
    tags: texts,
    /** Symbols of the coins it speaks of, in upper case, by first mention. */
    coins: texts,
    words: integer,
    author_id: text,
    published_at: timestamp,
    revision: integer,
    position,
    /** Title, tags with their `#` and body, folded, to search in. */
    search: text,
  },
  primaryKey: ['id'],
  indexes: [
    { on: '(slug)', unique: true },
    { on: '(position desc)' },
    { on: '(author_id, position desc)' },
    { on: 'using gin (tags)' },
    { on: 'using gin (search gin_trgm_ops)' },
  ],
})

/** One row a person, whether or not that person has posted. */
export const authors = defineTable('authors', {
  columns: {
    id: text,
    username: nullable(text),
    /** The user name in lower case, to find it by. */
    username_key: nullable(text),
    /** How many posts of theirs can be read. */
    posts: integer,
  },
  primaryKey: ['id'],
  indexes: [{ on: '(username_key)' }],
})

export type PostsDatabase = DatabaseOf<'posts', typeof posts | typeof authors>
