// The four ways of sharing out a group's events among its consumers.
import type { Consumer } from './consumer.ts'
import type { Strategy } from './settings.ts'

/** Who gets an event: a consumer; nobody for now, though others may be sent on; or nobody has room at all. */
export type Choice = Consumer | 'skipped' | 'full'

/** The consumers of a group, under one strategy. */
export interface Sharing {
  readonly consumers: ReadonlySet<Consumer>
  add(consumer: Consumer): void
  remove(consumer: Consumer): void
  /** `pin` tells what the event has in common with those that should go to the same consumer. */
  choose(pin: () => string): Choice
}

/** One after the other: each time the next one, or the same one until it is full. */
class InTurn implements Sharing {
  readonly consumers = new Set<Consumer>()
  readonly #staysWithOne: boolean

  constructor(staysWithOne: boolean) {
    this.#staysWithOne = staysWithOne
  }

  add(consumer: Consumer): void {
    this.consumers.add(consumer)
  }

  remove(consumer: Consumer): void {
    this.consumers.delete(consumer)
  }

  choose(): Choice {
    for (let tries = this.consumers.size; tries > 0; tries--) {
      const [first] = this.consumers as Set<Consumer> & Iterable<Consumer>
      if (!first) break
      const { hasRoom } = first
      if (!hasRoom || !this.#staysWithOne) this.#moveToTheEnd(first)
      if (hasRoom) return first
    }
    return 'full'
  }

  #moveToTheEnd(consumer: Consumer): void {
    this.consumers.delete(consumer)
    this.consumers.add(consumer)
  }
}

/** As many as the real server has: enough to share evenly among any usual number of consumers. */
const BUCKETS = 1024
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

function bucketOf(pin: string): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < pin.length; i++) {
    hash = Math.imul(hash ^ pin.charCodeAt(i), FNV_PRIME)
  }
  return (hash >>> 0) % BUCKETS
}

/** What has the same pin goes to the same consumer for as long as that one stays. */
class Pinned implements Sharing {
  readonly consumers = new Set<Consumer>()
  readonly #owners = new Map<number, Consumer>()
  readonly #counts = new Map<Consumer, number>()

  add(consumer: Consumer): void {
    this.consumers.add(consumer)
    this.#counts.set(consumer, 0)
  }

  remove(consumer: Consumer): void {
    this.consumers.delete(consumer)
    this.#counts.delete(consumer)
    for (const [bucket, owner] of this.#owners) {
      if (owner === consumer) this.#owners.delete(bucket)
    }
  }

  choose(pin: () => string): Choice {
    if (![...this.consumers].some(({ hasRoom }) => hasRoom)) return 'full'
    const bucket = bucketOf(pin())
    const owner = this.#owners.get(bucket) ?? this.#assign(bucket)
    return owner.hasRoom ? owner : 'skipped'
  }

  /** A bucket that nobody has goes to whoever has the fewest. */
  #assign(bucket: number): Consumer {
    const [owner, count] = [...this.#counts].reduce((a, b) => (b[1] < a[1] ? b : a))
    this.#owners.set(bucket, owner)
    this.#counts.set(owner, count + 1)
    return owner
  }
}

/** The consumers of a new group. */
export function sharingBy(strategy: Strategy): Sharing {
  if (strategy === 'Pinned' || strategy === 'PinnedByCorrelation') return new Pinned()
  return new InTurn(strategy === 'DispatchToSingle')
}
