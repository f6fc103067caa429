// What consumers have been sent and have not answered, by the event's id and in the order of sending.
import type { Consumer } from './consumer.ts'
import type { Entry } from './entry.ts'

export class InFlight {
  readonly #entries = new Set<Entry>()
  /** Ids are not unique: of the same ones, each answer counts for the one that was sent first. */
  readonly #byId = new Map<string, Entry | Set<Entry>>()

  get size(): number {
    return this.#entries.size
  }

  add(entry: Entry, consumer: Consumer): void {
    entry.consumer = consumer
    entry.sentAt = performance.now()
    this.#entries.add(entry)
    const same = this.#byId.get(entry.id)
    if (!same) this.#byId.set(entry.id, entry)
    else if (same instanceof Set) same.add(entry)
    else this.#byId.set(entry.id, new Set([same, entry]))
  }

  /** Takes one out: it was answered. Undefined for an id that is not in flight. */
  take(id: string): Entry | undefined {
    const same = this.#byId.get(id)
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
    const entries = [...this.#entries].filter(entry => entry.consumer === consumer)
    for (const entry of entries) this.#remove(entry)
    return entries
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry)
    const same = this.#byId.get(entry.id)
    if (same instanceof Set) same.delete(entry)
    if (!(same instanceof Set) || same.size === 0) this.#byId.delete(entry.id)
    entry.consumer?.finish(performance.now() - entry.sentAt)
    entry.consumer = undefined
  }
}
