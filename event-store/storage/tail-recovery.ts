// Finds out where a log ends whose process was killed: behind the last commit that is whole.
import { isFirstOfCommit, isLastOfCommit } from '../protocol/recorded-event.ts'
import { damagedAt, entryLength, isEntryAt, LEAST_ENTRY_BYTES } from './entries.ts'
import type { Segment } from './segment.ts'
import { HEAD_BYTES } from './segment-file.ts'
import { readFully } from './sync-file.ts'

/** How much of the file is in memory at once. */
const WINDOW_BYTES = 1024 * 1024

/**
 * Lets an unfinished segment know of the entries in its file of so many bytes, behind those that it knows of already, up to
 * the last whole commit. What follows
 * is what a kill has left of a commit that nobody was told of. Throws `DamagedStore` where later commits follow: those
 * before them had been on disk.
 */
export function recoverTail(segment: Segment, fileBytes: number): void {
  const { first } = segment
  let uncommitted: number[] = []
  const end = showEntries(segment, fileBytes, entry => {
    uncommitted.push(entry.length)
    if (!isLastOfCommit(entry)) return
    for (const length of uncommitted) segment.grow(length)
    uncommitted = []
  })
  const rest = Buffer.allocUnsafe(fileBytes - end)
  readFully(segment.file, rest, rest.length, end)
  const position = first + end - HEAD_BYTES
  if (goesOnBehind(withoutZeros(rest), position)) throw damagedAt(position)
}

/** Bytes without the zeros at their end, which the file is kept filled with. */
function withoutZeros(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}

/** Shows whole entries one after the other; returns where in the file there is no next one. */
function showEntries(segment: Segment, fileBytes: number, show: (entry: Buffer) => void): number {
  const { file, first } = segment
  let window = WINDOW_BYTES
  let place = segment.entriesEnd
  for (;;) {
    const bytes = Buffer.allocUnsafe(Math.min(window, fileBytes - place))
    readFully(file, bytes, bytes.length, place)
    let at = 0
    for (;;) {
      const entry = entryAt(bytes, at, first + place + at - HEAD_BYTES)
      if (!entry) break
      show(entry)
      at += entry.length
    }
    const isAll = place + bytes.length === fileBytes
    place += at
    if (isAll) return place
    // Where not even one fitted, it may be that it is longer; a damaged length is not believed for ever.
    window = at > 0 ? WINDOW_BYTES : window * 2
  }
}

/** The entry at a place, if a whole one is there that belongs there. */
function entryAt(bytes: Buffer, at: number, position: number): Buffer | undefined {
  if (at + LEAST_ENTRY_BYTES > bytes.length) return undefined
  const end = at + entryLength(bytes, at)
  if (end > bytes.length) return undefined
  const entry = bytes.subarray(at, end)
  return isEntryAt(entry, position) ? entry : undefined
}

/**
 * Whether another commit begins somewhere in bytes, the first of which are no entry. A commit is written only once the one
 * before it is on disk; the parts of one come to disk in any order, so that of the last an end without its beginning may
 * be left.
 */
function goesOnBehind(bytes: Buffer, position: number): boolean {
  for (let at = 1; at + LEAST_ENTRY_BYTES <= bytes.length; ) {
    const entry = bytes.readUInt32BE(at) === 0 ? undefined : entryAt(bytes, at, position + at)
    if (entry && isFirstOfCommit(entry)) return true
    at += entry?.length ?? 1
  }
  return false
}
