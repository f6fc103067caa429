// Events that are to be sent again, ahead of all that is new: in the order of what the group reads, replayed ones last.
import type { Entry } from './entry.ts'

/** Puts an entry into its place of a list that is kept in that order. */
export function addRetry(retries: Entry[], entry: Entry): void {
  let at = retries.length
  if (!entry.replayed) {
    while (at > 0 && comesAfter(retries[at - 1] as Entry, entry)) at--
  }
  retries.splice(at, 0, entry)
}

const comesAfter = (a: Entry, b: Entry): boolean => a.replayed || a.place > b.place
