// Counts and times of deliveries, as the statistics of groups and consumers show them.

const SECOND_MS = 1000

/** Items a second, and since somebody last looked. */
export class Rate {
  readonly #since = performance.now()
  #total = 0
  #totalBefore = 0

  count(): void {
    this.#total++
  }

  measure() {
    const seconds = (performance.now() - this.#since) / SECOND_MS
    const countSinceLastMeasurement = this.#total - this.#totalBefore
    this.#totalBefore = this.#total
    return {
      averagePerSecond: Math.trunc(this.#total / Math.max(seconds, 1)),
      totalItems: this.#total,
      countSinceLastMeasurement,
    }
  }
}

/** The latest times that are kept for the statistics. */
const MOST_DURATIONS = 1000
/** The shares of events that took no longer than the value, by the names of the real server. */
const SHARES: ReadonlyMap<string, number> = new Map([
  ['Median', 0.5],
  ['Fastest', 0],
  ['Quintile 1', 0.2],
  ['Quintile 2', 0.4],
  ['Quintile 3', 0.6],
  ['Quintile 4', 0.8],
  ['Quintile 5', 1],
  ['90%', 0.9],
  ['95%', 0.95],
  ['99%', 0.99],
  ['99.5%', 0.995],
  ['99.9%', 0.999],
  ['Highest', 1],
])

/** How long events take from being sent to being answered. */
export class Durations {
  readonly #latest: number[] = []
  #count = 0

  /** Adds a time in milliseconds. */
  add(duration: number): void {
    this.#latest[this.#count++ % MOST_DURATIONS] = duration
  }

  /** The statistics by name, in whole milliseconds; none while nothing was added. */
  measure(): Map<string, number> {
    const sorted = this.#latest.toSorted((a, b) => a - b)
    const { length } = sorted
    if (length === 0) return new Map()
    const mean = sorted.reduce((sum, duration) => sum + duration, 0) / length
    const at = (share: number): number =>
      sorted[Math.max(Math.ceil(share * length) - 1, 0)] as number
    return new Map([
      ['Mean', Math.round(mean)],
      ...[...SHARES].map(([name, share]) => [name, Math.round(at(share))] as const),
    ])
  }
}
