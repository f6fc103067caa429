// Counts of one process alone, in memory of a bounded size: for while the store that all processes share is away.
import type { Limit } from './limits.ts'

export interface MemoryCounts {
  /** Counts one; gives how many milliseconds to wait, 0 within the limit. */
  readonly take: (key: string, limit: Limit) => number
  readonly giveBack: (key: string) => void
  readonly forget: (key: string) => void
}

/** At most so many keys; a new one drives out the one that began first, so that a flood of addresses can't fill us. */
export function createMemoryCounts(
  mostKeys: number,
  now: () => number = () => performance.now(),
): MemoryCounts {
  const counts = new Map<string, { taken: number; readonly until: number }>()
  return {
    take: (key, { most, seconds }) => {
      const known = counts.get(key)
      const at = now()
      if (known !== undefined && at < known.until) {
        known.taken += 1
        return known.taken > most ? Math.ceil(known.until - at) : 0
      }
      counts.delete(key)
      if (counts.size >= mostKeys) counts.delete(counts.keys().next().value as string)
      counts.set(key, { taken: 1, until: at + seconds * 1_000 })
      return most < 1 ? seconds * 1_000 : 0
    },
    giveBack: key => {
      const known = counts.get(key)
      if (known !== undefined) known.taken -= 1
    },
    forget: key => {
      counts.delete(key)
    },
  }
}
