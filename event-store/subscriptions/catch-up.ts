// What every catch-up subscription does: history page by page, "caught up", then live; back to pages when the reader is slow.
import { randomUUID } from 'node:crypto'
import { CAUGHT_UP, confirmation } from '../protocol/read-response.ts'
import type { Written } from '../storage/log.ts'
import type { Call } from '../transport/call.ts'
import type { Follower } from './live-feed.ts'

/** Events read from the store at once. */
export const PAGE_EVENTS = 200

/** The part that differs: where the events come from and what is sent of them. */
export interface Source {
  /** Sends the next page of history; false when there is none. Throws to end the subscription. */
  sendPage(): boolean
  /** Sends an event that was just written. Throws to end the subscription. */
  sendLive(event: Written): void
  /** Called before the reader is told that it has caught up. */
  onCaughtUp?(): void
  /** Begins to follow what is written; returns what stops it. */
  follow(follower: Follower): () => void
}

/** One reader's subscription, from its confirmation until its call ends. */
export class CatchUp implements Follower {
  readonly #call: Call
  readonly #source: Source
  #live = false

  constructor(call: Call, source: Source) {
    this.#call = call
    this.#source = source
  }

  /** Confirms and begins. */
  start(): void {
    this.#call.send(confirmation(randomUUID()))
    this.#call.onClose(this.#source.follow(this))
    void this.#sendHistory()
  }

  onWritten(event: Written): void {
    if (!this.#live) return
    // What does not fit is read again from the store once the reader has taken what is on its way.
    if (this.#call.congested) {
      this.#live = false
      void this.#sendHistory()
      return
    }
    this.#call.attempt(() => this.#source.sendLive(event))
  }

  /** Nothing is written between finding no further page and going live: both happen in one turn of the event loop. */
  async #sendHistory(): Promise<void> {
    try {
      while (await this.#call.ready()) {
        if (this.#source.sendPage()) {
          await otherWork()
          continue
        }
        this.#source.onCaughtUp?.()
        this.#call.send(CAUGHT_UP)
        this.#live = true
        return
      }
    } catch (error) {
      this.#call.fail(error)
    }
  }
}

/** How long a page is looked for before the other calls have their turn. */
const TURN_MS = 20

/** Begins a turn: returns what tells whether there is time left. */
export function aTurn(): () => boolean {
  const end = performance.now() + TURN_MS
  return () => performance.now() < end
}

/** Lets the other calls have their turn. */
export const otherWork = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
