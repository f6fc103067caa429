// Who holds a name that only one may hold.

import type { NameReleased, NameReserved } from '@cryptotalks/shared-kernel/events/reservations'
import type { Evolution } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { ReadFactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'

export type Reservation =
  | { readonly status: 'free' }
  /** `since` is an ISO time: a reservation whose holder never came to exist lapses with age. */
  | { readonly status: 'held'; readonly holder: string; readonly since: string }

/** Reservations read of an event also when it happened. */
export type ReservationEvent = (
  | ReadFactOf<typeof NameReserved>
  | ReadFactOf<typeof NameReleased>
) & {
  readonly metadata: { readonly occurredAt: string }
}

export const reservation: Evolution<Reservation, ReservationEvent> = {
  initial: { status: 'free' },
  evolve: (state, { type, data, metadata }) => {
    switch (type) {
      case 'NameReserved':
        return { status: 'held', holder: data.holder, since: metadata.occurredAt }
      case 'NameReleased':
        return { status: 'free' }
      default:
        return state
    }
  },
}
