// A session ends; what has ended, or never was, stays so.

import type { SignedOut } from '@cryptotalks/shared-kernel/events/users'
import type { FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { Session } from '../state.ts'

export const signOut =
  (sessionId: string) =>
  (state: Session): readonly FactOf<typeof SignedOut>[] => {
    if (state.status !== 'begun') return []
    return [{ type: 'SignedOut', data: { sessionId, userId: state.userId } }]
  }
