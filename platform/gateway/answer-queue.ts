// The requests of one connection, answered one after the other: its answers stand in the order of what was asked.
import type { Socket } from 'node:net'
import { type Refusal, rawAnswer } from './refusal.ts'

/** A request whose answer waits for those before it, or has begun. */
export interface QueuedAnswer {
  /** Whether all of the request has come. */
  isWhole(): boolean
  /** Begins to answer; `done` is called when nothing more is to be expected. */
  begin(done: () => void): void
  /** Answers with this in place of what was begun, if that is still possible, and lets the connection end. */
  refuse(refusal: Refusal): void
  /** The connection is gone, or takes no more answers. */
  drop(): void
}

/** A client that asks further ahead than this is not waiting for answers. */
const MOST_AHEAD = 128
/** How long what comes after the last answer is read and thrown away, lest the answer be lost with the connection. */
const LINGER_MS = 2_000

export class AnswerQueue {
  readonly #socket: Socket
  #current: QueuedAnswer | undefined
  #waiting: QueuedAnswer[] = []
  #closing = false
  #unheard = 0
  #lastWords: Refusal | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    // Node calls this when the last answer is out. Closing while bytes come in would reset the connection.
    socket.destroySoon = () => {
      socket.end()
      setTimeout(() => socket.destroy(), LINGER_MS).unref()
    }
    socket.once('close', () => this.#end())
  }

  /** Nothing that comes after this is heard any more: where one request ends is no longer sure. */
  close(): void {
    this.#closing = true
    for (const next of this.#waiting.splice(0)) next.drop()
  }

  add(next: QueuedAnswer): void {
    if (this.#closing || this.#waiting.length >= MOST_AHEAD) {
      next.drop()
      this.#unheard++
      // Node keeps what it has read of each until the connection ends.
      if (!this.#closing || this.#unheard > MOST_AHEAD) this.#socket.destroy()
      return
    }
    this.#waiting.push(next)
    if (this.#current === undefined) this.#next()
  }

  /** What comes in can't be read. Says so after the answers to what could be, or to the request that broke off. */
  unreadable(refusal: Refusal): void {
    if (this.#closing || this.#lastWords !== undefined) return
    if (this.#current?.isWhole() === false) {
      this.close()
      this.#current.refuse(refusal)
      return
    }
    this.#lastWords = refusal
    if (this.#current === undefined) this.#next()
  }

  #next(): void {
    const next = this.#waiting.shift()
    this.#current = next
    if (next === undefined) {
      if (this.#lastWords !== undefined) this.#sayLastWords(this.#lastWords)
      return
    }
    let over = false
    const done = () => {
      if (over) return
      over = true
      this.#next()
    }
    // The one whose body broke off while it waited.
    if (this.#lastWords !== undefined && !next.isWhole()) {
      this.close()
      next.refuse(this.#lastWords)
    } else next.begin(done)
  }

  #sayLastWords(refusal: Refusal): void {
    this.#closing = true
    if (this.#socket.writable) this.#socket.write(rawAnswer(refusal))
    this.#socket.destroySoon()
  }

  #end(): void {
    this.close()
    this.#current?.drop()
    this.#current = undefined
  }
}
