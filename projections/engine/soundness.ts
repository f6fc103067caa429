// Whether a version's rows are what the log says, or have to be made anew from nothing.
import { pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import type { Bookkeeping } from './bookkeeping.ts'
import type { Log } from './log.ts'

/** Why rows can't be gone on with. */
export type Unsound =
  | 'never-built'
  | 'rows-lost'
  | 'another-site'
  | 'beyond-the-end'
  | 'another-history'

/** The same in words, for operators. */
export const unsoundness: Readonly<Record<Unsound | 'unfinished', string>> = {
  unfinished: 'it was begun before and is not complete yet',
  'never-built': 'it was not built here yet',
  'rows-lost': 'its rows or what was written down about them are gone',
  'another-site': "its rows were made from another site's log",
  'beyond-the-end': 'its checkpoint lies beyond the end of the log: the log is older than its rows',
  'another-history':
    'the log has another event where it had read one: it is older, and has grown since',
}

// A follower of a cluster may tell an end that its leader has long passed.
const looksAtEnd = 5
const lookAgainMilliseconds = 200

/** Undefined when all is well: the log is the one that the rows were made from, and the rows stand. */
export async function whyUnsound(
  log: Omit<Log, 'follow'>,
  kept: Bookkeeping | undefined,
  signal: AbortSignal,
): Promise<Unsound | undefined> {
  if (kept === undefined) return 'never-built'
  if (!kept.rowsStand) return 'rows-lost'
  if (kept.siteId !== undefined && (await log.siteId()) !== kept.siteId) return 'another-site'
  if (await isBeyondTheEnd(log, kept, signal)) return 'beyond-the-end'
  // With no event seen nothing was made of any; otherwise nobody can tell which log the rows were made from.
  const isKnown = kept.landmark ? await log.has(kept.landmark) : kept.events === 0
  return isKnown ? undefined : 'another-history'
}

async function isBeyondTheEnd(
  log: Omit<Log, 'follow'>,
  { position }: Bookkeeping,
  signal: AbortSignal,
): Promise<boolean> {
  for (let look = 1; (await log.end()) < position; look++) {
    if (look === looksAtEnd) return true
    await pause(lookAgainMilliseconds, signal)
  }
  return false
}
