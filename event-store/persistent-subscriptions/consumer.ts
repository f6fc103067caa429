// One consumer of a group: what it has in flight, and how quickly it works.
import type { ConsumerInfo } from '../protocol/persistent-info.ts'
import type { Delivery } from '../protocol/persistent-read.ts'
import { Durations, Rate } from './statistics.ts'

/** The consumer's side of the connection. */
export interface Subscriber {
  readonly username: string
  readonly connectionName: string
  /** How many events it takes before it has answered any. */
  readonly bufferSize: number
  /** Whether so much is on its way that more should wait. */
  readonly congested: boolean
  /** Calls back once when it is no longer congested. */
  whenReady(listener: () => void): void
  /** Says that the subscription stands, by its id. */
  confirm(subscriptionId: string): void
  deliver(delivery: Delivery): void
  /** Ends the subscription: the group is gone, or begins anew. */
  drop(): void
  /** Ends the subscription: the server could not go on. */
  fail(error: unknown): void
}

/** However large a buffer somebody asks for: each event in flight takes memory of the server. */
const MOST_IN_FLIGHT = 100_000

export class Consumer {
  readonly subscriber: Subscriber
  readonly #durations: Durations | undefined
  readonly #rate = new Rate()
  readonly #onReady: () => void
  #inFlight = 0
  #waits = false

  /** `onReady` is called when a consumer that was congested takes events again. */
  constructor(subscriber: Subscriber, extraStatistics: boolean, onReady: () => void) {
    this.subscriber = subscriber
    this.#durations = extraStatistics ? new Durations() : undefined
    this.#onReady = onReady
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Whether it can be sent one more. */
  get hasRoom(): boolean {
    if (this.#inFlight >= Math.min(this.subscriber.bufferSize, MOST_IN_FLIGHT)) return false
    if (!this.subscriber.congested) return true
    if (!this.#waits) {
      this.#waits = true
      this.subscriber.whenReady(() => {
        this.#waits = false
        this.#onReady()
      })
    }
    return false
  }

  send(delivery: Delivery): void {
    this.#inFlight++
    this.#rate.count()
    this.subscriber.deliver(delivery)
  }

  /** An event is no longer in flight, after so many milliseconds. */
  finish(duration: number): void {
    this.#inFlight--
    this.#durations?.add(duration)
  }

  info(): ConsumerInfo {
    const { username, connectionName, bufferSize } = this.subscriber
    return {
      username,
      connectionName,
      ...this.#rate.measure(),
      availableSlots: bufferSize - this.#inFlight,
      inFlightMessages: this.#inFlight,
      measurements: this.#durations?.measure() ?? new Map(),
    }
  }
}
