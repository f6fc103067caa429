// Who asks, by the token that only their browser holds.
import { createHash } from 'node:crypto'
import type { RequestState } from '@cryptotalks/shared-kernel/http/request-state'
import type { Visitor } from '@cryptotalks/shared-kernel/http/route'
import type { ReadDatabase } from '../postgres/read-database.ts'
import { findAccount, findSession } from './query.ts'
import type { LookUpSession } from './sessions.ts'

/**
 * Finds the visitor of a session token. The log has the last word on sessions, so that one which ended is dead also
 * while projections are away, and one which has just begun is known before it is projected: the read model alone is
 * asked about people, and about sessions while the event store does not tell. Somebody who was forgotten is nobody.
 */
export const authenticateWith =
  (db: ReadDatabase, lookUpSession: LookUpSession) =>
  async (
    token: string,
    { behind = false }: Pick<RequestState, 'behind'>,
  ): Promise<Visitor | undefined> => {
    const sessionId = createHash('sha256').update(token).digest('hex')
    const session = await findSession(db, sessionId)
    if (session !== undefined) {
      if (session.username === null || (await lookUpSession(sessionId))?.status === 'ended')
        return undefined
      return { userId: session.user_id, sessionId, username: session.username }
    }
    // Only whoever has written something that does not show yet may have a session that does not either: a token of
    // no session at all is no reason to ask the event store.
    const begun = behind ? await lookUpSession(sessionId) : undefined
    if (begun?.status !== 'begun' || Date.parse(begun.expiresAt) <= Date.now()) return undefined
    const person = await findAccount(db, begun.userId)
    if (!person || person.username === null) return undefined
    return { userId: begun.userId, sessionId, username: person.username }
  }
