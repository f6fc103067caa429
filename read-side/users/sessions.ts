// Sessions as the log has them, for as long as the event store tells; read models are believed while it does not.

import type {
  SessionInLog,
  SessionsInLog,
} from '@cryptotalks/shared-kernel/eventsourcing/sessions-in-log'
import { within } from '@cryptotalks/shared-kernel/eventsourcing/within'

/** The session, or undefined when the event store can't be asked: then nobody can sign out either. */
export type LookUpSession = (sessionId: string) => Promise<SessionInLog | undefined>

// Together less than the second within which an ended session is dead, and no reader waits more than once in that time
// for a store that hangs.
const askMilliseconds = 400
const pauseMilliseconds = 400

/** Asks within a bounded time, and not at all for a moment after that was in vain. */
export function lookUpSessions(
  sessions: Pick<SessionsInLog, 'find'>,
  now: () => number = () => performance.now(),
): LookUpSession {
  let pausedUntil = Number.NEGATIVE_INFINITY
  return async sessionId => {
    if (now() < pausedUntil) return undefined
    try {
      return await within(askMilliseconds, 'Looking up a session', sessions.find(sessionId))
    } catch {
      pausedUntil = now() + pauseMilliseconds
      return undefined
    }
  }
}
