// Who asks, by the token that only their browser holds.
import { createHash } from 'node:crypto'
import type { Visitor } from '@cryptotalks/shared-kernel/http/route'
import type { ReadDatabase } from '../postgres/read-database.ts'
import { findSession } from './query.ts'

/**
 * Finds the visitor of a session token. Asked anew each time, so that a session counts as ended as soon as its end has
 * been projected. Somebody who was forgotten is nobody.
 */
export const authenticateWith =
  (db: ReadDatabase) =>
  async (token: string): Promise<Visitor | undefined> => {
    const session = await findSession(db, createHash('sha256').update(token).digest('hex'))
    if (session === undefined || session.username === null) return undefined
    return { userId: session.user_id, sessionId: session.id, username: session.username }
  }
