// Shows the entries at given positions of a segment; those that lie close together are read in one go.
import { damagedAt, demandEntryAt, entryLength, LEAST_ENTRY_BYTES } from './entries.ts'
import { borrow, giveBack, PAGE_BYTES } from './scratch.ts'
import { LIKELY_BYTES, type Segment } from './segment.ts'
import { HEAD_BYTES } from './segment-file.ts'

/** Positions that lie further apart are not read together. */
const MOST_BETWEEN = 16 * 1024

/** Is shown the entry at a position, good only until it returns, if there is one; false ends the showing. */
export type PlaceVisitor = (entry: Buffer | undefined, position: number) => boolean

/**
 * Shows the entries at positions that go up or down, or undefined for one that was removed. Returns false if the visitor
 * ended it. Throws `DamagedStore`.
 */
export function showEntriesAt(
  segment: Segment,
  positions: readonly number[],
  visit: PlaceVisitor,
): boolean {
  const show = segment.isSparse ? showSparse : showDense
  for (let i = 0; i < positions.length; ) {
    const group = groupAt(positions, i)
    if (!show(segment, group, visit)) return false
    i += group.length
  }
  return true
}

/** Where no entry is missing, a position says where in the file its entry is. */
function showDense(segment: Segment, group: readonly number[], visit: PlaceVisitor): boolean {
  const [low, high] = boundsOf(group)
  const start = HEAD_BYTES + low - segment.first
  const scratch = borrow()
  try {
    const length = Math.min(high - low + LIKELY_BYTES, segment.entriesEnd - start)
    if (length < LEAST_ENTRY_BYTES) throw damagedAt(low)
    segment.read(scratch, start, length, low)
    for (const position of group) {
      const at = position - low
      const isHeadThere = at + LEAST_ENTRY_BYTES <= length
      const end = isHeadThere ? at + entryLength(scratch, at) : Number.POSITIVE_INFINITY
      let entry: Buffer | undefined
      if (end <= length) {
        entry = scratch.subarray(at, end)
        demandEntryAt(entry, position)
      } else entry = segment.entry(position)
      if (!visit(entry, position)) return false
    }
    return true
  } finally {
    giveBack(scratch)
  }
}

function showSparse(segment: Segment, group: readonly number[], visit: PlaceVisitor): boolean {
  const found = new Map<number, Buffer>()
  const wanted = new Set(group)
  const [low, high] = boundsOf(group)
  segment.forwards(low, (entry, position) => {
    if (wanted.has(position)) found.set(position, Buffer.from(entry))
    return position < high
  })
  return group.every(position => visit(found.get(position), position))
}

/** The lowest and the highest of positions that go up or down. */
function boundsOf(positions: readonly number[]): readonly [low: number, high: number] {
  const [first, last] = [positions[0] as number, positions.at(-1) as number]
  return first < last ? [first, last] : [last, first]
}

/** The positions from one on that are worth reading in one go. */
function groupAt(positions: readonly number[], start: number): number[] {
  const first = positions[start] as number
  let end = start + 1
  for (; end < positions.length; end++) {
    const [before, position] = [positions[end - 1] as number, positions[end] as number]
    const isNear =
      Math.abs(position - before) <= MOST_BETWEEN &&
      Math.abs(position - first) <= PAGE_BYTES - LIKELY_BYTES
    if (!isNear) break
  }
  return positions.slice(start, end)
}
