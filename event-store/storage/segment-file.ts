// How a segment of the log lies in its file: a head, the entries, and behind them, once nothing is added any more, fences:
// places of entries about 64 KiB apart, from which any other is found.
//
//   head, 32 bytes                              trailer, the file's last 32 bytes
//   0  "EVLOG003"                               0  "EVSEAL03"
//   8  its first position, 48 bits              8  where the fences begin, 48 bits
//  14  1 if entries are missing in it          14  how many there are, 32 bits
//  28  CRC-32 of all before                    18  the position behind its last entry, 48 bits
//                                              24  CRC-32 of the fences
//   a fence: position, place; 48 bits each     28  CRC-32 of all before in the trailer
import { crc32 } from 'node:zlib'
import { DamagedStore } from './errors.ts'

export const HEAD_BYTES = 32
export const TRAILER_BYTES = 32
const HEAD_MAGIC = Buffer.from('EVLOG003')
const TRAILER_MAGIC = Buffer.from('EVSEAL03')
const FENCE_BYTES = 12
/** Entries between two fences take at least so many bytes. */
export const FENCE_DISTANCE = 64 * 1024

export interface SegmentHead {
  /** The position that its first entry has, or had. */
  readonly first: number
  /** Whether entries were removed: where one stands does not follow from its position. */
  readonly isSparse: boolean
}

export interface Fence {
  readonly position: number
  /** Where in the file the entry begins. */
  readonly place: number
}

/** What a finished segment says of itself. */
export interface SegmentTrailer {
  readonly fencesAt: number
  readonly fenceCount: number
  /** The position behind its last entry. */
  readonly end: number
  readonly fencesChecksum: number
}

const NAME = /^events-(\d{15})\.log$/
/** A segment's file is named by its first position, so that names are in the order of the log. */
export const segmentName = (first: number): string =>
  `events-${String(first).padStart(15, '0')}.log`
export const isSegmentName = (name: string): boolean => NAME.test(name)
export const firstOfName = (name: string): number => Number(NAME.exec(name)?.[1])

export function encodeHead({ first, isSparse }: SegmentHead): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  HEAD_MAGIC.copy(head)
  head.writeUIntBE(first, 8, 6)
  head[14] = isSparse ? 1 : 0
  head.writeUInt32BE(crc32(head.subarray(0, 28)), 28)
  return head
}

/** Undefined for bytes that are no head. */
export function decodeHead(head: Buffer): SegmentHead | undefined {
  const isWhole =
    head.length >= HEAD_BYTES &&
    head.subarray(0, 8).equals(HEAD_MAGIC) &&
    crc32(head.subarray(0, 28)) === head.readUInt32BE(28)
  return isWhole ? { first: head.readUIntBE(8, 6), isSparse: head[14] === 1 } : undefined
}

/** What follows the entries of a finished segment, the last of which ends at a place of the file. */
export function encodeTail(fences: readonly Fence[], end: number, fencesAt: number): Buffer {
  const tail = Buffer.alloc(fences.length * FENCE_BYTES + TRAILER_BYTES)
  fences.forEach(({ position, place }, i) => {
    tail.writeUIntBE(position, i * FENCE_BYTES, 6)
    tail.writeUIntBE(place, i * FENCE_BYTES + 6, 6)
  })
  const at = fences.length * FENCE_BYTES
  TRAILER_MAGIC.copy(tail, at)
  tail.writeUIntBE(fencesAt, at + 8, 6)
  tail.writeUInt32BE(fences.length, at + 14)
  tail.writeUIntBE(end, at + 18, 6)
  tail.writeUInt32BE(crc32(tail.subarray(0, at)), at + 24)
  tail.writeUInt32BE(crc32(tail.subarray(at, at + 28)), at + 28)
  return tail
}

/** Undefined for bytes that are no trailer. */
export function decodeTrailer(trailer: Buffer): SegmentTrailer | undefined {
  const isWhole =
    trailer.length === TRAILER_BYTES &&
    trailer.subarray(0, 8).equals(TRAILER_MAGIC) &&
    crc32(trailer.subarray(0, 28)) === trailer.readUInt32BE(28)
  if (!isWhole) return undefined
  return {
    fencesAt: trailer.readUIntBE(8, 6),
    fenceCount: trailer.readUInt32BE(14),
    end: trailer.readUIntBE(18, 6),
    fencesChecksum: trailer.readUInt32BE(24),
  }
}

export const fencesLength = (count: number): number => count * FENCE_BYTES

/** Throws `DamagedStore` where the bytes are not those that the trailer tells of. */
export function decodeFences(bytes: Buffer, trailer: SegmentTrailer, name: string): Fence[] {
  if (crc32(bytes) !== trailer.fencesChecksum) {
    throw new DamagedStore(`${name} is damaged behind its records.`)
  }
  return Array.from({ length: trailer.fenceCount }, (_, i) => ({
    position: bytes.readUIntBE(i * FENCE_BYTES, 6),
    place: bytes.readUIntBE(i * FENCE_BYTES + 6, 6),
  }))
}
