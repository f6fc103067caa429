// What consumers have been sent and have not answered, by the event's id and in the order of sending.
import type { Consumer } from './consumer.ts'
import type { Entry } from './entry.ts'

export class InFlight {
  readonly #entries = new Map<string, Entry>()

  get size(): number {
    return this.#entries.size
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  add(entry: Entry, consumer: Consumer): void {
    entry.consumer = consumer
    entry.sentAt = performance.now()
    this.#entries.set(entry.id, entry)
  }

  /** Takes one out: it was answered. Undefined for an id that is not in flight. */
  take(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (entry) this.#remove(entry)
    return entry
  }

  /** Takes out what was sent longer ago than the time-out. */
  takeExpired(timeoutMs: number): Entry[] {
    const before = performance.now() - timeoutMs
    const expired: Entry[] = []
    for (const entry of this.#entries.values()) {
      if (entry.sentAt > before) break
      expired.push(entry)
    }
    for (const entry of expired) this.#remove(entry)
    return expired
  }

  /** Takes out all that one consumer has. */
  takeAllOf(consumer: Consumer): Entry[] {
    const entries = [...this.#entries.values()].filter(entry => entry.consumer === consumer)
    for (const entry of entries) this.#remove(entry)
    return entries
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.id)
    entry.consumer?.finish(performance.now() - entry.sentAt)
    entry.consumer = undefined
  }
}
