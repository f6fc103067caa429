// How the store keeps an event: a small header, then the very bytes that a read sends.
//
//   0  CRC-32 of all that follows          5  where the RecordedEvent message begins
//   4  flags                               6  how many bytes follow it, its position among them
//   8  number of the stream, 32 bits      12  where its `type` begins (length, then text), 32 bits
//  16  gRPC frame of ReadResp{event{event: RecordedEvent, commit_position}}
import { crc32 } from 'node:zlib'
import { UUID_LENGTH } from './uuid.ts'
import { varintLength, WireReader, writeVarint } from './wire.ts'

/** Where the gRPC frame begins within a record. */
export const FRAME_START = 16

const JSON_FLAG = 1
const LINK_FLAG = 2
const TOMBSTONE_FLAG = 4
const FIRST_FLAG = 8
const LAST_FLAG = 16
/** Set in what the log holds besides events. */
export const NOTE_FLAG = 0x80
/** Where the flags of whatever the log holds stand. */
export const FLAGS_AT = 4

/** The event number of a tombstone, 2^63-1, as far as a double can say it. */
export const TOMBSTONE_REVISION = 2 ** 63
const TOMBSTONE_VARINT = Buffer.from('ffffffffffffffff7f', 'hex')

export const LINK_TYPE = Buffer.from('$>')

const mapEntry = (key: string, value: string): Buffer => {
  const entry = Buffer.concat([
    Buffer.from([0x0a, key.length]),
    Buffer.from(key),
    Buffer.from([0x12, value.length]),
    Buffer.from(value),
  ])
  return Buffer.concat([Buffer.from([0x32, entry.length]), entry])
}
const JSON_ENTRY = mapEntry('content-type', 'application/json')
const BINARY_ENTRY = mapEntry('content-type', 'application/octet-stream')
/** Up to the length of the decimal number of ticks, which has 17 digits until the year 2286. */
const CREATED_DIGITS = 17
const CREATED_ENTRY = mapEntry('created', '0'.repeat(CREATED_DIGITS)).subarray(0, -CREATED_DIGITS)
/** `0x0a 4 "type" 0x12`: what stands between the length of the entry and that of its value. */
const TYPE_KEY = Buffer.from([0x0a, 4, 0x74, 0x79, 0x70, 0x65, 0x12])

/** What an event consists of before it has a place in the log. */
export interface NewEvent {
  /** 36 characters of ASCII. */
  readonly id: Buffer
  readonly type: Buffer
  readonly isJson: boolean
  readonly data: Buffer
  readonly customMetadata: Buffer
}

/** The place of an event: in its stream, in the log and in time. */
export interface Placement {
  readonly streamNumber: number
  readonly streamName: Buffer
  /** `TOMBSTONE_REVISION` for the last event of a tombstoned stream. */
  readonly revision: number
  readonly position: number
  /** Milliseconds since 1970. */
  readonly created: number
}

const isLink = (type: Buffer): boolean => type.length === 2 && type.equals(LINK_TYPE)
const delimited = (length: number): number => 1 + varintLength(length) + length

/** Encodes an event as the store keeps it. */
export function encodeRecord(event: NewEvent, place: Placement): Buffer {
  const { type, data, customMetadata } = event
  const { streamName, revision, position } = place
  const contentType = event.isJson ? JSON_ENTRY : BINARY_ENTRY
  const nameLength = delimited(streamName.length)
  const typeLength = TYPE_KEY.length + varintLength(type.length) + type.length
  const revisionLength =
    revision === 0
      ? 0
      : 1 + (revision === TOMBSTONE_REVISION ? TOMBSTONE_VARINT.length : varintLength(revision))
  const positionLength = 1 + varintLength(position)
  const recordLength =
    2 +
    delimited(UUID_LENGTH) +
    delimited(nameLength) +
    revisionLength +
    2 * positionLength +
    contentType.length +
    CREATED_ENTRY.length +
    CREATED_DIGITS +
    delimited(typeLength) +
    (customMetadata.length === 0 ? 0 : delimited(customMetadata.length)) +
    (data.length === 0 ? 0 : delimited(data.length))
  const eventLength = delimited(recordLength) + positionLength
  const messageLength = delimited(eventLength)

  const out = Buffer.allocUnsafe(FRAME_START + 5 + messageLength)
  out[FLAGS_AT] =
    (event.isJson ? JSON_FLAG : 0) |
    (isLink(type) ? LINK_FLAG : 0) |
    (revision === TOMBSTONE_REVISION ? TOMBSTONE_FLAG : 0)
  out[6] = positionLength
  out[7] = 0
  out.writeUInt32BE(place.streamNumber, 8)
  out[FRAME_START] = 0
  out.writeUInt32BE(messageLength, FRAME_START + 1)
  let at = FRAME_START + 5
  out[at++] = 0x0a
  at = writeVarint(out, at, eventLength)
  out[at++] = 0x0a
  at = writeVarint(out, at, recordLength)
  out[5] = at
  out[at++] = 0x0a
  out[at++] = 2 + UUID_LENGTH
  out[at++] = 0x12
  out[at++] = UUID_LENGTH
  at += event.id.copy(out, at)
  out[at++] = 0x12
  at = writeVarint(out, at, nameLength)
  out[at++] = 0x1a
  at = writeVarint(out, at, streamName.length)
  at += streamName.copy(out, at)
  if (revision !== 0) {
    out[at++] = 0x18
    if (revision === TOMBSTONE_REVISION) at += TOMBSTONE_VARINT.copy(out, at)
    else at = writeVarint(out, at, revision)
  }
  out[at++] = 0x20
  at = writeVarint(out, at, position)
  out[at++] = 0x28
  at = writeVarint(out, at, position)
  at += contentType.copy(out, at)
  at += CREATED_ENTRY.copy(out, at)
  at += out.write(`${place.created}0000`.padStart(CREATED_DIGITS, '0'), at, 'latin1')
  out[at++] = 0x32
  at = writeVarint(out, at, typeLength)
  at += TYPE_KEY.copy(out, at)
  out.writeUInt32BE(at, 12)
  at = writeVarint(out, at, type.length)
  at += type.copy(out, at)
  if (customMetadata.length > 0) {
    out[at++] = 0x3a
    at = writeVarint(out, at, customMetadata.length)
    at += customMetadata.copy(out, at)
  }
  if (data.length > 0) {
    out[at++] = 0x42
    at = writeVarint(out, at, data.length)
    at += data.copy(out, at)
  }
  out[at++] = 0x18
  writeVarint(out, at, position)
  putChecksum(out)
  return out
}

/** Puts the checksum of a record's bytes where it belongs. */
export const putChecksum = (record: Buffer): void => {
  record.writeUInt32BE(crc32(record.subarray(FLAGS_AT)), 0)
}

/** Marks where a commit begins and where it ends. */
export function markCommit(records: readonly Buffer[]): void {
  const [first, last] = [records[0] as Buffer, records.at(-1) as Buffer]
  first[FLAGS_AT] = (first[FLAGS_AT] as number) | FIRST_FLAG
  last[FLAGS_AT] = (last[FLAGS_AT] as number) | LAST_FLAG
  for (const record of new Set([first, last])) putChecksum(record)
}

/** Whether the record is as it was written. */
export const isIntact = (record: Buffer): boolean =>
  record.length > FRAME_START && crc32(record.subarray(4)) === record.readUInt32BE(0)

const flag = (record: Buffer, bit: number): boolean => ((record[FLAGS_AT] as number) & bit) !== 0
export const isJsonRecord = (record: Buffer): boolean => flag(record, JSON_FLAG)
export const isLinkRecord = (record: Buffer): boolean => flag(record, LINK_FLAG)
export const isTombstoneRecord = (record: Buffer): boolean => flag(record, TOMBSTONE_FLAG)
export const isFirstOfCommit = (record: Buffer): boolean => flag(record, FIRST_FLAG)
export const isLastOfCommit = (record: Buffer): boolean => flag(record, LAST_FLAG)
/** Whether it is no event, but something that the log noted for itself. */
export const isNote = (record: Buffer): boolean => flag(record, NOTE_FLAG)

/** The gRPC frame that a read of this event sends, resolved links and structured ids apart. */
export const frameOf = (record: Buffer): Buffer => record.subarray(FRAME_START)
/** The `RecordedEvent` message alone. */
export const recordedEventOf = (record: Buffer): Buffer =>
  record.subarray(record[5] as number, record.length - (record[6] as number))
export const streamNumberOf = (record: Buffer): number => record.readUInt32BE(8)

const ID_OFFSET = 4
/** The id's 36 characters. */
export const idOf = (record: Buffer): Buffer => {
  const start = (record[5] as number) + ID_OFFSET
  return record.subarray(start, start + UUID_LENGTH)
}

/** The varint at a place of a record; what a damaged one gives there is anybody's guess. */
function varintAt(record: Buffer, at: number): number {
  let value = 0
  for (let scale = 1, i = at; i < record.length; scale *= 128, i++) {
    const byte = record[i] as number
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
  }
  return value
}

function lengthPrefixed(record: Buffer, at: number): Buffer {
  const length = varintAt(record, at)
  const start = at + varintLength(length)
  return record.subarray(start, start + length)
}

const NAME_OFFSET = ID_OFFSET + UUID_LENGTH
/** The stream's name, as bytes. */
export function streamNameOf(record: Buffer): Buffer {
  let at = (record[5] as number) + NAME_OFFSET + 1
  while ((record[at++] as number) >= 0x80);
  return lengthPrefixed(record, at + 1)
}

/** The event's type, as bytes. */
export const typeOf = (record: Buffer): Buffer => lengthPrefixed(record, record.readUInt32BE(12))

/** When the event was written, in milliseconds since 1970. */
export function createdOf(record: Buffer): number {
  const typeAt = record.readUInt32BE(12)
  const type = lengthPrefixed(record, typeAt).length
  const entry = TYPE_KEY.length + varintLength(type) + type
  const end = typeAt - TYPE_KEY.length - varintLength(entry) - 1
  // The last four digits are below a millisecond.
  return Number(record.toString('latin1', end - CREATED_DIGITS, end - 4))
}

/** The fields of a record that are rarely asked for. */
export interface RecordFields {
  readonly revision: number
  readonly position: number
  readonly data: Buffer
  readonly customMetadata: Buffer
}

/** Takes a record apart. */
export function fieldsOf(record: Buffer): RecordFields {
  const reader = new WireReader(recordedEventOf(record))
  const fields = {
    revision: 0,
    position: 0,
    data: Buffer.alloc(0),
    customMetadata: Buffer.alloc(0),
  }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x18) fields.revision = reader.number()
    else if (tag === 0x28) fields.position = reader.number()
    else if (tag === 0x3a) fields.customMetadata = Buffer.from(reader.bytes())
    else if (tag === 0x42) fields.data = Buffer.from(reader.bytes())
    else reader.skip(tag)
  }
  return fields
}

/** The event's number in its stream; `TOMBSTONE_REVISION` for a tombstone. */
export function revisionOf(record: Buffer): number {
  if (isTombstoneRecord(record)) return TOMBSTONE_REVISION
  const name = streamNameOf(record)
  const after = name.byteOffset - record.byteOffset + name.length
  if (record[after] !== 0x18) return 0
  return varintAt(record, after + 1)
}

/** The event's place in the log. */
export const positionOf = (record: Buffer): number =>
  varintAt(record, record.length - (record[6] as number) + 1)
