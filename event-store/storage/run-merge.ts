// Makes one run of several, a little at a time.
import type { RunEntry, RunWriter, SortedRun } from './sorted-run.ts'

/** Entries between two pauses: half a millisecond. */
const STEP_ENTRIES = 2048

interface Cursor {
  readonly run: SortedRun
  place: number
  entry: RunEntry
}

const isAfter = (a: RunEntry, b: RunEntry): boolean =>
  a.first > b.first || (a.first === b.first && a.second > b.second)

/**
 * Writes the entries of runs, the oldest of which come first, in order; of equal keys the older runs' come first. Those whose
 * values are not to be kept are left out.
 */
export function* mergeSteps(
  runs: readonly SortedRun[],
  writer: RunWriter,
  isKept: (value: number) => boolean = () => true,
): Generator<void, void> {
  const cursors: Cursor[] = runs
    .filter(run => run.count > 0)
    .map(run => ({ run, place: 0, entry: run.entry(0) }))
  let count = 0
  while (cursors.length > 0) {
    let least = 0
    for (let i = 1; i < cursors.length; i++) {
      if (isAfter((cursors[least] as Cursor).entry, (cursors[i] as Cursor).entry)) least = i
    }
    const cursor = cursors[least] as Cursor
    const { first, second, value } = cursor.entry
    if (isKept(value)) writer.add(first, second, value)
    cursor.place++
    if (cursor.place < cursor.run.count) cursor.entry = cursor.run.entry(cursor.place)
    else cursors.splice(least, 1)
    if (++count % STEP_ENTRIES === 0) yield
  }
  writer.finish()
}
