// Rows with everything that a test does not care about.
import { folded } from '@cryptotalks/shared-kernel/search/folded'
import type { ReadDatabase } from '../postgres/read-database.ts'

const aMoment = new Date('2026-03-01T12:00:00.000Z')

export interface PostGiven {
  readonly position: number
  readonly title?: string
  readonly body?: string
  readonly tags?: string[]
  readonly authorId?: string
}

/** A post with the id `post-<position>` at the address `post-<position>`. */
export async function addPosts(db: ReadDatabase, posts: readonly PostGiven[]): Promise<void> {
  const rows = posts.map(given => {
    const { position, title = `Post ${position}`, body = 'Words.', tags = [] } = given
    return {
      id: `post-${position}`,
      slug: `post-${position}`,
      title,
      summary: body.slice(0, 200),
      body,
      html: `<p>${body}</p>`,
      tags,
      coins: ['BTC'],
      words: 1,
      author_id: given.authorId ?? 'user-ada',
      published_at: aMoment,
      revision: 0,
      position: String(position),
      search: folded(`${title} ${tags.map(tag => `#${tag}`).join(' ')} ${body}`),
    }
  })
  await db.insertInto('posts.posts').values(rows).execute()
}

/** A person with the id `user-<name>` in lower case, known to both projectors. */
export async function addUser(db: ReadDatabase, username: string, posts = 0): Promise<void> {
  const key = username.toLowerCase()
  const id = `user-${key}`
  const author = { id, username, username_key: key, posts }
  await db.insertInto('posts.authors').values(author).execute()
  const person = { email: `${key}@example.org`, joined_at: aMoment, revision: 0, position: '1' }
  await db
    .insertInto('users.users')
    .values({ id, username, username_key: key, ...person })
    .execute()
}

export interface CoinGiven {
  readonly id: string
  readonly symbol: string
  readonly name?: string
  readonly rank: number
  readonly price?: number
  readonly change24h?: number
}

/** Coins that were sampled at noon of 1 March 2026. */
export async function addCoins(db: ReadDatabase, coins: readonly CoinGiven[]): Promise<void> {
  const rows = coins.map(({ id, symbol, rank, price = 100 - rank, change24h = rank, ...given }) => {
    const name = given.name ?? id.charAt(0).toUpperCase() + id.slice(1)
    return {
      id,
      symbol,
      name,
      rank,
      price,
      change_24h: change24h,
      change_7d: null,
      market_cap: price * 1_000,
      volume_24h: price * 10,
      source: 'simulated',
      sampled_at: aMoment,
      spark: [1.5, 2],
      spark_at: aMoment,
      position: '5',
      search: folded(`${name}\n${symbol}`),
      symbol_key: folded(symbol),
    }
  })
  await db.insertInto('rates.coins').values(rows).execute()
}
