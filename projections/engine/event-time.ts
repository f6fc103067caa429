// When an event happened, for rows that show it.
import type { Recorded } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'

/** A moment from ISO 8601 text. Throws when it is none. */
export function momentOf(iso: string): Date {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) throw new Error('A time in the event is not one')
  return moment
}

/** When the fact happened, by whoever recorded it. */
export const occurredAt = ({ metadata }: Pick<Recorded, 'metadata'>): Date =>
  momentOf(metadata.occurredAt)
