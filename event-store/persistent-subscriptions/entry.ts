// An event on its way through a group: read, sent, perhaps sent again, until it is done with.
import { idOf } from '../protocol/recorded-event.ts'
import type { Consumer } from './consumer.ts'

export interface Entry {
  /** Of the event as it stands in what the group reads: a link's own id. Consumers answer by it. */
  readonly id: string
  /** Where it stands in what the group reads: its revision, or its position for groups on the whole log. */
  readonly place: number
  /** Its record's position in the log. */
  readonly position: number
  /** How many the group had read before it; -1 for a parked event that is replayed. */
  readonly sequence: number
  /** The place of the one read before it; undefined for the first. */
  readonly previous: number | undefined
  /** Parked before and replayed now: its record is the link in the parked stream. */
  readonly replayed: boolean
  /** The record, while it is about to be sent; else it is read again. */
  record: Buffer | undefined
  /** How often it has been sent before. */
  retryCount: number
  isDone: boolean
  /** Who has it, while it is in flight. */
  consumer: Consumer | undefined
  /** When it was last sent, in milliseconds of the process. */
  sentAt: number
}

type EntryPlace = Pick<Entry, 'place' | 'position' | 'sequence' | 'previous' | 'replayed'>

/** A record that nobody has been sent yet. */
export const newEntry = (record: Buffer, place: EntryPlace): Entry => ({
  ...place,
  id: idOf(record).toString('latin1'),
  record,
  retryCount: 0,
  isDone: false,
  consumer: undefined,
  sentAt: 0,
})
