// Sessions as the log itself has them, for whoever may not wait for a read model: an ended one is known within a second.
import { sessionStream } from '../events/streams.ts'
import { SignedIn, SignedOut } from '../events/users.ts'
import type { StoredEvent } from './codec.ts'

export type SessionInLog =
  | { readonly status: 'none' }
  | { readonly status: 'begun'; readonly userId: string; readonly expiresAt: string }
  | { readonly status: 'ended' }

export interface SessionsInLog {
  /** The session as it was at most half a second ago. Rejects with what the reading failed with. */
  readonly find: (sessionId: string) => Promise<SessionInLog>
  /** To be told when a session has ended here, so that what was read before is not believed any more. */
  readonly forget: (sessionId: string) => void
}

export interface SessionsInLogOptions {
  /** A stream's events in their order; none when there is no such stream. */
  readonly read: (streamName: string) => Promise<readonly StoredEvent[]>
  readonly now?: () => number
}

// Counted from before the reading, so that an end which was acknowledged is known half a second later at the latest,
// in every process: half of what is promised. Somebody who reads much is looked up twice a second.
const believedMilliseconds = 500
// Some 5 MB. Who is dropped is read again.
const mostRemembered = 20_000

interface Remembered {
  readonly state: SessionInLog
  readonly until: number
}

/** Reads the session's own stream, which has an event or two: nothing else has to be followed or caught up with. */
export function createSessionsInLog({
  read,
  now = () => performance.now(),
}: SessionsInLogOptions): SessionsInLog {
  const remembered = new Map<string, Remembered>()
  const underWay = new Map<
    string,
    { readonly state: Promise<SessionInLog>; readonly begunAt: number }
  >()

  const remember = (sessionId: string, state: SessionInLog, begunAt: number) => {
    // Anybody can show tokens of sessions that there are not; they must not push out those that there are.
    if (state.status === 'none') return
    remembered.delete(sessionId)
    if (remembered.size >= mostRemembered)
      remembered.delete(remembered.keys().next().value as string)
    // What has ended never begins again.
    const until =
      state.status === 'ended' ? Number.POSITIVE_INFINITY : begunAt + believedMilliseconds
    remembered.set(sessionId, { state, until })
  }
  const look = (sessionId: string): Promise<SessionInLog> => {
    const begunAt = now()
    const state = read(sessionStream(sessionId))
      .then(events => {
        const found = stateOf(events)
        if (underWay.get(sessionId) === looking) remember(sessionId, found, begunAt)
        return found
      })
      .finally(() => {
        if (underWay.get(sessionId) === looking) underWay.delete(sessionId)
      })
    const looking = { state, begunAt }
    underWay.set(sessionId, looking)
    return state
  }
  return {
    find: async sessionId => {
      const known = remembered.get(sessionId)
      if (known && now() < known.until) return known.state
      // One that has hung for long would tell how things stood long ago.
      const looking = underWay.get(sessionId)
      if (looking && now() < looking.begunAt + believedMilliseconds) return looking.state
      return look(sessionId)
    },
    forget: sessionId => {
      remembered.delete(sessionId)
      underWay.delete(sessionId)
    },
  }
}

function stateOf(events: readonly StoredEvent[]): SessionInLog {
  let state: SessionInLog = { status: 'none' }
  for (const { type, data } of events) {
    if (type === SignedOut.type) return { status: 'ended' }
    if (type !== SignedIn.type) continue
    const { userId, expiresAt } = SignedIn.schema.parse(data)
    state = { status: 'begun', userId, expiresAt }
  }
  return state
}
