// How old a price may be and what its mark says.
import { ago, secondsSince, span } from '../text/times.ts'

/** Seconds between two samples of a source; a price is stale after three that did not come. */
const intervals: Readonly<Record<string, number>> = { simulated: 10 }
const usualInterval = 300
const missedUntilStale = 3

export type FreshnessTone = 'live' | 'sim' | 'stale' | ''

export interface Freshness {
  readonly tone: FreshnessTone
  /** "Simulated, 12 s ago"; `none` has no source to name. */
  readonly name: 'Live' | 'Simulated' | 'Stale' | 'none'
  /** "12 s ago", "14 min old", "Age unknown", "No price yet". */
  readonly age: string
}

/** The class of figures that can't be trusted as current any more. */
export function staleClass(
  sample: { readonly source: string; readonly sampledAt: string } | null | undefined,
  now: number,
): 'old' | '' {
  return freshness(sample, now).tone === 'stale' ? 'old' : ''
}

/** The state of a price sampled at `sampledAt`, as seen at `now` (ms). */
export function freshness(
  sample: { readonly source: string; readonly sampledAt: string } | null | undefined,
  now: number,
): Freshness {
  if (!sample) return { tone: '', name: 'none', age: 'No price yet' }
  const seconds = secondsSince(sample.sampledAt, now)
  const interval = intervals[sample.source] ?? usualInterval
  // Its own clock or ours is wrong: how old the price is can't be told, and so it counts as old.
  if (seconds === null) return { tone: 'stale', name: 'none', age: 'Age unknown' }
  if (seconds > interval * missedUntilStale) {
    return { tone: 'stale', name: 'Stale', age: `${span(seconds)} old` }
  }
  const age = ago(seconds)
  return sample.source === 'simulated'
    ? { tone: 'sim', name: 'Simulated', age }
    : { tone: 'live', name: 'Live', age }
}
