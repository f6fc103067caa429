// A session begins, for someone who has proved who they are.

import type { SignedIn } from '@cryptotalks/shared-kernel/events/users'
import type { FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { Session } from '../state.ts'

/** How long a session lasts unless it is ended. */
export const sessionSeconds = 30 * 24 * 60 * 60

export interface SignIn {
  readonly sessionId: string
  readonly userId: string
  readonly at: Date
}

export const expiryOf = (at: Date): string =>
  new Date(at.getTime() + sessionSeconds * 1_000).toISOString()

export const signIn =
  ({ sessionId, userId, at }: SignIn) =>
  (state: Session): readonly FactOf<typeof SignedIn>[] => {
    if (state.status !== 'none') return []
    return [{ type: 'SignedIn', data: { sessionId, userId, expiresAt: expiryOf(at) } }]
  }
