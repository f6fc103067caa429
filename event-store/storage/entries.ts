// What a log's files hold, one after the other: events as records, and between them notes of the log's own. Each says how
// long it is and where in the log it stands, and carries a checksum.
//
// A note begins as a record does, so that both are read alike:
//
//   0  CRC-32 of all that follows           8  its position, 48 bits
//   4  flags, `NOTE_FLAG` among them       16  0, then the length of its text in 32 bits
//   5  which kind it is                    21  its text
import {
  FLAGS_AT,
  FRAME_START,
  isIntact,
  isNote,
  NOTE_FLAG,
  positionOf,
  putChecksum,
} from '../protocol/recorded-event.ts'
import { DamagedStore } from './errors.ts'

/** The frame's own head: a byte and its length. */
const FRAME_HEAD = 5
/** No entry is shorter. */
export const LEAST_ENTRY_BYTES = FRAME_START + FRAME_HEAD
const KIND_AT = 5
const POSITION_AT = 8
const POSITION_BYTES = 6

const SKIP = 0
const SETTING = 1
const LONGEST_NAME = 255

/** A text that a part of the server keeps apart from the events, and the name it is kept under. */
export interface Setting {
  readonly name: string
  readonly value: string
}

/** How long the entry is that begins at a place, of which the first `LEAST_ENTRY_BYTES` must be there. */
export const entryLength = (bytes: Buffer, at: number): number =>
  LEAST_ENTRY_BYTES + bytes.readUInt32BE(at + FRAME_START + 1)

/** Where in the log an entry says that it stands; of bytes that are none, anything. */
export const entryPosition = (entry: Buffer): number =>
  isNote(entry) ? entry.readUIntBE(POSITION_AT, POSITION_BYTES) : positionOf(entry)

/** Whether an entry is as it was written, and in its place. */
export const isEntryAt = (entry: Buffer, position: number): boolean =>
  isIntact(entry) && entryPosition(entry) === position

/** Throws `DamagedStore` unless an entry is as it was written, and in its place. */
export function demandEntryAt(entry: Buffer, position: number): void {
  if (!isEntryAt(entry, position)) throw damagedAt(position)
}

/** Names what can't be read. */
export const damagedAt = (position: number): DamagedStore =>
  new DamagedStore(`The record at position ${position} is damaged.`)

function note(kind: number, position: number, text: Buffer): Buffer {
  const bytes = Buffer.alloc(LEAST_ENTRY_BYTES + text.length)
  bytes[FLAGS_AT] = NOTE_FLAG
  bytes[KIND_AT] = kind
  bytes.writeUIntBE(position, POSITION_AT, POSITION_BYTES)
  bytes.writeUInt32BE(text.length, FRAME_START + 1)
  text.copy(bytes, LEAST_ENTRY_BYTES)
  putChecksum(bytes)
  return bytes
}

/** A position at which nothing is written. */
export const skipNote = (position: number): Buffer => note(SKIP, position, Buffer.alloc(0))

/** A setting at a position of its own. Names are ASCII and short. */
export function settingNote(position: number, { name, value }: Setting): Buffer {
  if (name.length > LONGEST_NAME) throw new RangeError(`${name} is too long a name.`)
  const text = Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name, 'latin1'),
    Buffer.from(value),
  ])
  return note(SETTING, position, text)
}

/** The setting that a note holds; undefined for other notes. */
export function settingOf(entry: Buffer): Setting | undefined {
  if (entry[KIND_AT] !== SETTING) return undefined
  const nameAt = LEAST_ENTRY_BYTES + 1
  const valueAt = nameAt + (entry[LEAST_ENTRY_BYTES] as number)
  return {
    name: entry.toString('latin1', nameAt, valueAt),
    value: entry.toString('utf8', valueAt),
  }
}
