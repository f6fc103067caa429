// Where the streams in use stand, kept for the next look: a bounded number of them.
import type { StreamLimits } from './metadata.ts'

/** A stream as the store knows it. */
export interface StreamState {
  readonly name: string
  /** Undefined until its first event. */
  number: number | undefined
  /** The last event's number, -1 while there is none. */
  head: number
  tombstoned: boolean
  /** Of a metastream: what its last event says. Undefined until somebody asks. */
  limits: StreamLimits | undefined
}

/** Streams a generation; two generations are kept. */
const GENERATION = 25_000
/** Longer names are looked up each time: they would make the bound on the number one on nothing. */
const LONGEST_NAME = 1000

/** Forgets streams that nobody asked for during two generations. */
export class StreamCache {
  #young = new Map<string, StreamState>()
  #old = new Map<string, StreamState>()
  readonly #load: (name: string) => StreamState

  constructor(load: (name: string) => StreamState) {
    this.#load = load
  }

  get(name: string): StreamState {
    const young = this.#young.get(name)
    if (young) return young
    const state = this.#old.get(name) ?? this.#load(name)
    if (name.length <= LONGEST_NAME) this.#keep(state)
    return state
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  #keep(state: StreamState): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(state.name, state)
  }
}
