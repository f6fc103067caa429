// A consumer of a persistent subscription through the official client, for tests that wait for what it is given.
import type {
  EventStoreDBClient,
  PersistentAction,
  PersistentSubscriptionToAll,
  PersistentSubscriptionToStream,
  PersistentSubscriptionToStreamResolvedEvent,
} from '@eventstore/db-client'
import { expect } from 'vitest'

type Subscription = PersistentSubscriptionToStream | PersistentSubscriptionToAll
/** What a consumer is given: an event, the link that led to it, how often it was sent before. */
export type Given = PersistentSubscriptionToStreamResolvedEvent

export class GroupConsumer {
  readonly #subscription: Subscription
  readonly #waiting: ((given: Given) => void)[] = []
  readonly #unread: Given[] = []
  /** Resolves when the server has let it in. */
  readonly confirmed: Promise<void>
  /** Resolves with the error by which the server ended it. */
  readonly ended: Promise<Error & Record<string, unknown>>

  constructor(subscription: Subscription) {
    this.#subscription = subscription
    this.confirmed = new Promise(resolve => subscription.once('confirmation', () => resolve()))
    this.ended = new Promise(resolve => subscription.on('error', resolve as (e: Error) => void))
    subscription.on('data', given => this.#take(given as Given))
  }

  /** The next so many events, once they have come. */
  async next(count: number): Promise<Given[]> {
    const out: Given[] = []
    for (let i = 0; i < count; i++) out.push(await this.#one())
    return out
  }

  ack(given: readonly Given[]): Promise<void> {
    return this.#subscription.ack(...(given as never[]))
  }

  nack(action: PersistentAction, given: readonly Given[], reason = 'because'): Promise<void> {
    return this.#subscription.nack(action, reason, ...(given as never[]))
  }

  /** Leaves without answering what is in flight. */
  async hangUp(): Promise<void> {
    await this.#subscription.unsubscribe()
  }

  #take(given: Given): void {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(given)
    else this.#unread.push(given)
  }

  #one(): Promise<Given> {
    const given = this.#unread.shift()
    if (given) return Promise.resolve(given)
    return new Promise(resolve => this.#waiting.push(resolve))
  }
}

/** Joins a group of a stream. */
export const consume = (
  client: EventStoreDBClient,
  stream: string,
  group: string,
  bufferSize = 10,
): GroupConsumer =>
  new GroupConsumer(client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize }))

/** Joins a group of the whole log. */
export const consumeAll = (client: EventStoreDBClient, group: string): GroupConsumer =>
  new GroupConsumer(client.subscribeToPersistentSubscriptionToAll(group))

/** `revision×sent before`, as in `3×0`, of what a consumer was given; `nothing` where the link's target is gone. */
export const told = (given: readonly Given[]): string[] =>
  given.map(({ event, retryCount }) => (event ? `${event.revision}×${retryCount}` : 'nothing'))

/** Expects of what a function gives that it comes to be so, however busy the machine is. */
export const eventually = (look: () => unknown): ReturnType<typeof expect.poll> =>
  expect.poll(look, { timeout: 20_000 })
