// A subscription of the model test: what it has seen, and what it should have.
import type {
  AllStreamSubscription,
  RecordedEvent,
  StreamSubscription,
} from '@eventstore/db-client'
import type { Entry } from './model.ts'

/** An event of the model in words. */
export const wordsOf = ({ stream, revision, id, limits }: Entry): string =>
  [revision, '@', stream, ' ', id ?? '', limits ? limitsInWords(limits) : ''].join('')

/** An event that was read in the same words. Of what the server writes itself, the id is its own affair. */
export function inWords({ streamId, revision, id, type, data }: RecordedEvent): string {
  if (type === '$streamDeleted') return `tombstone@${streamId} `
  if (type !== '$metadata') return `${revision}@${streamId} ${id}`
  const { $maxCount: maxCount, $tb: truncateBefore } = data as Record<string, number>
  return `${revision}@${streamId} ${limitsInWords({ maxCount, truncateBefore })}`
}

interface AnyLimits {
  readonly maxCount?: number | undefined
  readonly truncateBefore?: number | undefined
  readonly deleted?: true
}
const limitsInWords = ({ maxCount, truncateBefore, deleted }: AnyLimits): string =>
  JSON.stringify({ maxCount, truncateBefore: deleted ? 2 ** 63 : truncateBefore })

/** What is followed, from behind a revision. */
type Place = 'all' | { readonly stream: string; readonly after: number }

/** Follows a stream or `$all`, from when it has caught up until it sees a certain event or is ended. */
export class Follower {
  readonly #place: Place
  readonly expected: string[]
  readonly #subscription: StreamSubscription | AllStreamSubscription
  readonly #seen: string[] = []
  #ended: string | undefined
  #onChange = (): void => {}

  private constructor(
    subscription: StreamSubscription | AllStreamSubscription,
    place: Place,
    history: readonly Entry[],
  ) {
    this.#place = place
    this.expected = history.map(wordsOf)
    this.#subscription = subscription
  }

  /** Begins; `history` is what should come before all that is written from now on. */
  static async open(
    subscription: StreamSubscription | AllStreamSubscription,
    place: Place,
    history: readonly Entry[],
  ): Promise<Follower> {
    const follower = new Follower(subscription, place, history)
    let caughtUp = false
    subscription.on('caughtUp', () => {
      caughtUp = true
      follower.#onChange()
    })
    subscription.on('error', (error: Error) => {
      follower.#ended = error.constructor.name
      follower.#onChange()
    })
    subscription.on('data', ({ event }: { event?: RecordedEvent }) => {
      if (event) follower.#seen.push(inWords(event))
      follower.#onChange()
    })
    await follower.#until(() => caughtUp)
    return follower
  }

  /** Hears of what the model has been written. */
  write(entry: Entry): void {
    if (this.#place !== 'all') {
      const { stream, after } = this.#place
      const isPast = entry.revision !== 'tombstone' && entry.revision <= after
      if (entry.stream !== stream || isPast) return
    }
    this.expected.push(wordsOf(entry))
  }

  /** What it has seen when the last event has come, or it has been ended. */
  async seen(): Promise<string[]> {
    const last = this.expected.at(-1)
    await this.#until(() => last === undefined || this.#seen.at(-1) === last)
    return this.#seen
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#subscription.unsubscribe()
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise(resolve => {
      this.#onChange = () => {
        if (isSo() || this.#ended) resolve()
      }
      this.#onChange()
    })
  }
}
