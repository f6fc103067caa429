// The scavenges of a store: one at a time, each told of in the store itself, as the real server tells of its own.
import { randomUUID } from 'node:crypto'
import type { Store } from '../store.ts'
import { removeUnreadable } from './scavenge.ts'

const STREAM = '$scavenges'

/** How a scavenge ended. */
type Outcome =
  | { readonly result: 'Success' | 'Stopped'; readonly spaceSaved: number }
  | { readonly result: 'Failed'; readonly error: string; readonly spaceSaved: 0 }

interface Running {
  readonly id: string
  readonly stop: AbortController
  readonly ended: Promise<void>
}

export class Scavenges {
  readonly #store: Store
  #running: Running | undefined

  constructor(store: Store) {
    this.#store = store
  }

  /** Starts one, or says which is under way. */
  start(): { readonly id: string; readonly isNew: boolean } {
    if (this.#running) return { id: this.#running.id, isNew: false }
    const id = randomUUID()
    const stop = new AbortController()
    this.#running = { id, stop, ended: this.#run(id, stop.signal) }
    return { id, isNew: true }
  }

  /** Stops one; false when it isn't under way. */
  stop(id: string): boolean {
    if (this.#running?.id !== id) return false
    this.#running.stop.abort()
    return true
  }

  /** Stops whatever is under way and waits for its end. */
  async close(): Promise<void> {
    this.#running?.stop.abort()
    await this.#running?.ended
  }

  async #run(scavengeId: string, stop: AbortSignal): Promise<void> {
    const begun = performance.now()
    await this.#tell(scavengeId, '$scavengeStarted', {})
    const outcome = await this.#scavenge(stop)
    const timeTaken = Math.round(performance.now() - begun)
    this.#running = undefined
    await this.#tell(scavengeId, '$scavengeCompleted', { ...outcome, timeTaken })
  }

  async #scavenge(stop: AbortSignal): Promise<Outcome> {
    try {
      const spaceSaved = await removeUnreadable(this.#store, stop)
      return { result: stop.aborted ? 'Stopped' : 'Success', spaceSaved }
    } catch (error) {
      return { result: 'Failed', error: (error as Error).message, spaceSaved: 0 }
    }
  }

  /** A store that can't be written at the moment is scavenged all the same. */
  #tell(scavengeId: string, type: string, more: object): Promise<void> {
    const data = JSON.stringify({ scavengeId, ...more })
    return new Promise(resolve => {
      this.#store.write(
        writer => {
          writer.appendOwn(STREAM, type, data)
          writer.appendOwn(`${STREAM}-${scavengeId}`, type, data)
        },
        resolve,
        () => resolve(),
      )
    })
  }
}
