// Hands what has just been written to those who follow it.
import type { Written } from '../storage/log.ts'

/** Somebody who follows a stream, or everything. */
export interface Follower {
  /** Hears of each commit that concerns it, in order; called after the writers have been answered. */
  onWritten(event: Written): void
}

/** Followers by stream, and those of all streams. */
export class LiveFeed {
  readonly #ofStreams = new Map<string, Set<Follower>>()
  readonly #ofAll = new Set<Follower>()
  readonly #onError: (error: unknown) => void

  /** `onError` hears of what a follower throws, which is nobody else's concern. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Follows one stream; returns what stops it. */
  followStream(stream: string, follower: Follower): () => void {
    let followers = this.#ofStreams.get(stream)
    if (!followers) {
      followers = new Set()
      this.#ofStreams.set(stream, followers)
    }
    followers.add(follower)
    return () => {
      followers.delete(follower)
      if (followers.size === 0 && this.#ofStreams.get(stream) === followers) {
        this.#ofStreams.delete(stream)
      }
    }
  }

  /** Follows everything; returns what stops it. */
  followAll(follower: Follower): () => void {
    this.#ofAll.add(follower)
    return () => this.#ofAll.delete(follower)
  }

  /** How many follow single streams, and how many everything. */
  get followers(): { streams: number; all: number } {
    let streams = 0
    for (const followers of this.#ofStreams.values()) streams += followers.size
    return { streams, all: this.#ofAll.size }
  }

  publish(written: readonly Written[]): void {
    for (const event of written) {
      for (const follower of this.#ofStreams.get(event.stream) ?? []) this.#tell(follower, event)
      for (const follower of this.#ofAll) this.#tell(follower, event)
    }
  }

  #tell(follower: Follower, event: Written): void {
    try {
      follower.onWritten(event)
    } catch (error) {
      this.#onError(error)
    }
  }
}
