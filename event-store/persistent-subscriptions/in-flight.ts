// What consumers have been sent and have not answered, by consumer and event id and in the order of sending.
import type { Consumer } from './consumer.ts'
import type { Entry } from './entry.ts'

export class InFlight {
  readonly #entries = new Set<Entry>()
  /**
   * Ids are unique within a stream only: an answer is about what its own consumer was sent. Of the same ids with one consumer,
   * each answer counts for the one that was sent first.
   */
  readonly #byConsumer = new Map<Consumer, Map<string, Entry | Set<Entry>>>()

  get size(): number {
    return this.#entries.size
  }

  add(entry: Entry, consumer: Consumer): void {
    entry.consumer = consumer
    entry.sentAt = performance.now()
    this.#entries.add(entry)
    let byId = this.#byConsumer.get(consumer)
    if (!byId) {
      byId = new Map()
      this.#byConsumer.set(consumer, byId)
    }
    const same = byId.get(entry.id)
    if (!same) byId.set(entry.id, entry)
    else if (same instanceof Set) same.add(entry)
    else byId.set(entry.id, new Set([same, entry]))
  }

  /** Takes one out: its consumer answered. Undefined for an id that this consumer has not in flight. */
  take(consumer: Consumer, id: string): Entry | undefined {
    const same = this.#byConsumer.get(consumer)?.get(id)
    const [entry] = same instanceof Set ? same : [same]
    if (entry) this.#remove(entry)
    return entry
  }

  /** Takes out what was sent longer ago than the time-out. */
  takeExpired(timeoutMs: number): Entry[] {
    const before = performance.now() - timeoutMs
    const expired: Entry[] = []
    for (const entry of this.#entries) {
      if (entry.sentAt > before) break
      expired.push(entry)
    }
    for (const entry of expired) this.#remove(entry)
    return expired
  }

  /** Takes out all that one consumer has. */
  takeAllOf(consumer: Consumer): Entry[] {
    if (!this.#byConsumer.has(consumer)) return []
    const entries = [...this.#entries].filter(entry => entry.consumer === consumer)
    for (const entry of entries) this.#remove(entry)
    return entries
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry)
    const consumer = entry.consumer as Consumer
    const byId = this.#byConsumer.get(consumer)
    const same = byId?.get(entry.id)
    if (same instanceof Set) same.delete(entry)
    if (!(same instanceof Set) || same.size === 0) byId?.delete(entry.id)
    if (byId?.size === 0) this.#byConsumer.delete(consumer)
    consumer.finish(performance.now() - entry.sentAt)
    entry.consumer = undefined
  }
}
