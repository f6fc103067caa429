// Opens the files of a log, oldest first, and finds out where its last one ends.
import { closeSync, fstatSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DamagedStore } from './errors.ts'
import { type KnownSegment, Segment } from './segment.ts'
import {
  decodeHead,
  decodeTrailer,
  firstOfName,
  HEAD_BYTES,
  isSegmentName,
  TRAILER_BYTES,
} from './segment-file.ts'
import { readFully } from './sync-file.ts'
import { recoverTail } from './tail-recovery.ts'

/**
 * Gives a folder's segments, each of which must lead to the next. The last one is unfinished, unless that was lost, or there is
 * none. Throws `DamagedStore`.
 */
export function* openSegments(
  dir: string,
  firstPosition: number,
  known: KnownSegment | undefined,
): Generator<Segment> {
  let end = firstPosition
  const names = readdirSync(dir).filter(isSegmentName).sort()
  for (const [i, name] of names.entries()) {
    const path = join(dir, name)
    const first = firstOfName(name)
    if (first > end) {
      throw new DamagedStore(`Of the log in ${dir}, positions ${end} to ${first} are missing.`)
    }
    // A merge of segments that was broken off: the one before holds what this one held.
    if (first < end) rmSync(path)
    else {
      const segment = i < names.length - 1 ? openFinished(path) : openLast(path, first, known)
      if (!segment) return
      end = segment.end
      yield segment
    }
  }
}

/** Opens a finished segment's file. Throws `DamagedStore`. */
export function openFinished(path: string): Segment {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const head = Buffer.alloc(HEAD_BYTES)
    const tail = Buffer.alloc(TRAILER_BYTES)
    readFully(file, head, HEAD_BYTES, 0)
    readFully(file, tail, TRAILER_BYTES, Math.max(size - TRAILER_BYTES, 0))
    const [decoded, trailer] = [decodeHead(head), decodeTrailer(tail)]
    if (!decoded) throw new DamagedStore(`${path} is damaged at its head.`)
    if (!trailer) throw new DamagedStore(`${path} is cut short or damaged at its end.`)
    return new Segment({ path, ...decoded, trailer })
  } finally {
    closeSync(file)
  }
}

/** Undefined for a file that was not yet begun when its process was killed; it is removed. */
function openLast(path: string, first: number, known: KnownSegment | undefined) {
  const { size } = statSync(path)
  const segment = new Segment({ path, first, isSparse: false })
  try {
    const bytes = Buffer.alloc(HEAD_BYTES)
    readFully(segment.file, bytes, HEAD_BYTES, 0)
    const head = decodeHead(bytes)
    if (!head) {
      if (size > HEAD_BYTES) throw new DamagedStore(`${path} is no log, or damaged at its head.`)
      segment.close()
      rmSync(path)
      return undefined
    }
    if (head.isSparse) {
      segment.close()
      return openFinished(path)
    }
    if (known?.first === first && known.entriesEnd <= size) segment.remember(known)
    recoverTail(segment, size)
    return segment
  } catch (error) {
    segment.close()
    throw error
  }
}

/**
 * How many bytes of the last segment's file hold whole commits, with a server perhaps adding to it: these stay as they are.
 * Throws `DamagedStore`, also where a commit is being written while it is looked at.
 */
export function committedBytes(path: string): number {
  const { size } = statSync(path)
  const segment = openLastAsItIs(path)
  if (!segment) return size
  try {
    recoverTail(segment, size)
    return segment.entriesEnd
  } finally {
    segment.close()
  }
}

/** Undefined where it is too short to say anything, or is finished. */
function openLastAsItIs(path: string): Segment | undefined {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(HEAD_BYTES)
    readFully(file, bytes, HEAD_BYTES, 0)
    const head = decodeHead(bytes)
    return head && !head.isSparse ? new Segment({ path, ...head }) : undefined
  } finally {
    closeSync(file)
  }
}
