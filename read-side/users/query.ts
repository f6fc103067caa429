// What is asked about people and their sessions.
import { sql } from 'kysely'
import type { ReadDatabase } from '../postgres/read-database.ts'

/** Who is behind a user name, in lower case, and how much they have written. */
export const findProfile = (db: ReadDatabase, username: string) =>
  db
    .selectFrom('users.users as user')
    .leftJoin('posts.authors as author', 'author.id', 'user.id')
    .select(['user.id', 'user.username', 'user.joined_at', 'author.posts'])
    .where('user.username_key', '=', username)
    .executeTakeFirst()

/** Whose session this is; undefined once it has ended or expired. */
export const findSession = (db: ReadDatabase, sessionId: string) =>
  db
    .selectFrom('users.sessions as session')
    .innerJoin('users.users as user', 'user.id', 'session.user_id')
    .select(['session.id', 'session.user_id', 'user.username'])
    .where('session.id', '=', sessionId)
    .where('session.expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()

/** What a person may see of themselves. */
export const findAccount = (db: ReadDatabase, userId: string) =>
  db
    .selectFrom('users.users')
    .select(['id', 'username', 'email', 'joined_at'])
    .where('id', '=', userId)
    .executeTakeFirst()
