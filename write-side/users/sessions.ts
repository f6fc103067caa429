// Who a session token belongs to, read from the log itself: a session that was ended here ends at once, elsewhere within a second.
import { createHash } from 'node:crypto'
import { sessionStream } from '@cryptotalks/shared-kernel/events/streams'
import {
  type Kernel,
  persistently,
  readState,
} from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { createSessionsInLog } from '@cryptotalks/shared-kernel/eventsourcing/sessions-in-log'
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

export function createSessions(kernel: Kernel): Sessions {
  const inLog = createSessionsInLog({
    read: streamName => persistently(() => kernel.store.read(streamName)),
  })
  return {
    read: sessionId => readState(kernel, sessionStream(sessionId), session),
    forget: inLog.forget,
    find: async (token, at) => {
      const sessionId = sessionIdOf(token)
      const known = await inLog.find(sessionId)
      if (known.status !== 'begun' || Date.parse(known.expiresAt) <= at.getTime()) return undefined
      return { userId: known.userId, sessionId }
    },
  }
}
