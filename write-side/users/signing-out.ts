// Someone ends their session, on the server and not only in the browser.

import { sessionStream } from '@cryptotalks/shared-kernel/events/streams'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import type { Kernel } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { runCommand } from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import { signOut } from './commands/sign-out.ts'
import { type Sessions, sessionIdOf } from './sessions.ts'
import { session } from './state.ts'

/** Ends the token's session. Gives where that stands in the log, or undefined when there is no such session. */
export type EndSession = (
  token: string,
  metadata: CommandMetadata,
) => Promise<{ readonly position: Position; readonly revision: number } | undefined>

/** The flow over what it needs. It throws `OutcomeUnknown` when the event store stays out of reach. */
export function createSigningOut(kernel: Kernel, sessions: Sessions): EndSession {
  return async (token, metadata) => {
    const sessionId = sessionIdOf(token)
    const current = await sessions.read(sessionId)
    sessions.forget(sessionId)
    if (current.status === 'none') return undefined
    const outcome = await runCommand(kernel, {
      streamName: sessionStream(sessionId),
      evolution: session,
      decide: signOut(sessionId),
      metadata: { ...metadata, actor: { kind: 'user', id: current.userId } },
    })
    // Again, for whoever looked it up while it was being ended.
    sessions.forget(sessionId)
    return outcome.kind === 'accepted' ? outcome : undefined
  }
}
