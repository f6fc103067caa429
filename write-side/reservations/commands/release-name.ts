// Gives a name back; whoever does not hold it has nothing to give.

import type { NameReleased, ReservedKind } from '@cryptotalks/shared-kernel/events/reservations'
import type { FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { Reservation } from '../state.ts'

export interface ReleaseName {
  readonly kind: ReservedKind
  readonly holder: string
}

export const releaseName =
  ({ kind, holder }: ReleaseName) =>
  (state: Reservation): readonly FactOf<typeof NameReleased>[] => {
    if (state.status === 'free' || state.holder !== holder) return []
    return [{ type: 'NameReleased', data: { kind, holder } }]
  }
