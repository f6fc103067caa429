// Who a session token belongs to, read from the log itself: a session that was ended ends at once.
import { createHash } from 'node:crypto'
import { sessionStream } from '@cryptotalks/shared-kernel/events/streams'
import { type Kernel, readState } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import type { Visitor } from '@cryptotalks/shared-kernel/http/route'
import { type Session, session } from './state.ts'

export interface Sessions {
  /** Who the token's session belongs to, if it goes on at that time. Throws OutcomeUnknown. */
  readonly find: (token: string, at: Date) => Promise<Visitor | undefined>
  /** As the log has it now. Throws OutcomeUnknown. */
  readonly read: (sessionId: string) => Promise<Session>
  /** To be told when a session has ended here, so that it isn't believed for the rest of its short stay in memory. */
  readonly forget: (sessionId: string) => void
}

/** A session is known by the hash of its token: whoever reads the log can't use it. */
export const sessionIdOf = (token: string): string =>
  createHash('sha256').update(token).digest('hex')

// How long another process may go on believing a session that was ended here: short enough to be nobody's
// disadvantage, long enough that someone who writes much is looked up once.
const believedMilliseconds = 5_000
const mostRemembered = 20_000

export function createSessions(kernel: Kernel): Sessions {
  const remembered = new Map<
    string,
    { readonly userId: string; readonly expiresAt: number; readonly until: number }
  >()
  const read: Sessions['read'] = sessionId => readState(kernel, sessionStream(sessionId), session)
  return {
    read,
    forget: sessionId => {
      remembered.delete(sessionId)
    },
    find: async (token, at) => {
      const sessionId = sessionIdOf(token)
      const now = at.getTime()
      const known = remembered.get(sessionId)
      if (known && now < known.until)
        return now < known.expiresAt ? { userId: known.userId, sessionId } : undefined
      remembered.delete(sessionId)
      const state = await read(sessionId)
      if (state.status !== 'begun') return undefined
      const { userId } = state
      const expiresAt = Date.parse(state.expiresAt)
      if (remembered.size >= mostRemembered)
        remembered.delete(remembered.keys().next().value as string)
      remembered.set(sessionId, { userId, expiresAt, until: now + believedMilliseconds })
      return now < expiresAt ? { userId, sessionId } : undefined
    },
  }
}
