// Takes a name that only one may hold, unless another holds it.

import type { NameReserved, ReservedKind } from '@cryptotalks/shared-kernel/events/reservations'
import type { Decision, Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { Reservation } from '../state.ts'

export interface ReserveName {
  readonly kind: ReservedKind
  readonly holder: string
  /** A holder that is known to exist no more and never will: it gives way. */
  readonly lapsed?: string
}

export type NameTaken = Refusal<'name-taken'>

export const reserveName =
  ({ kind, holder, lapsed }: ReserveName) =>
  (state: Reservation): Decision<FactOf<typeof NameReserved>, NameTaken> => {
    if (state.status === 'held' && state.holder === holder) return []
    if (state.status === 'held' && state.holder !== lapsed) return { refused: 'name-taken' }
    return [{ type: 'NameReserved', data: { kind, holder } }]
  }
