// Who there is and who is signed in.
import { integer, nullable, position, text, timestamp } from '../engine/column.ts'
import { type DatabaseOf, defineTable } from '../engine/table.ts'

/** One row a person; names and address are null once the person was forgotten. */
export const users = defineTable('users', {
  columns: {
    id: text,
    username: nullable(text),
    /** The user name in lower case, to find it by. */
    username_key: nullable(text),
    email: nullable(text),
    joined_at: timestamp,
    revision: integer,
    position,
  },
  primaryKey: ['id'],
  indexes: [{ on: '(username_key)' }],
})

/** One row a session that was not ended; it may have expired. */
export const sessions = defineTable('sessions', {
  columns: {
    /** SHA-256 of the session's token, in hex. */
    id: text,
    user_id: text,
    started_at: timestamp,
    expires_at: timestamp,
    position,
  },
  primaryKey: ['id'],
})

export type UsersDatabase = DatabaseOf<'users', typeof users | typeof sessions>
