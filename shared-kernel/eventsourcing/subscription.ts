// Follows the log of all events for ever: in pages, in order, from a position on, across every loss of connection.
import { type AllStreamResolvedEvent, START, streamNameFilter } from '@eventstore/db-client'
import type { StoredEvent } from './codec.ts'
import { type EventStore, toStored } from './event-store.ts'
import { laterOf, type Position } from './positions.ts'
import { backoffMilliseconds, pause } from './retry.ts'

/**
 * What came in while the last page was worked on. `position` is a completed prefix: everything up to it that matches
 * the filter is in this page or an earlier one, even when nothing matched.
 */
export interface LogPage {
  readonly events: readonly StoredEvent[]
  readonly position: Position
  /** Set once the history that stood at the time of subscribing has been delivered. */
  readonly caughtUp: boolean
}

export interface FollowOptions {
  /** Everything after this position; undefined is from the first event on. */
  readonly from: Position | undefined
  /** Streams by the beginning of their names. */
  readonly prefixes: readonly string[]
  readonly pageSize?: number
  readonly signal: AbortSignal
  /** Told of each loss of connection, with how many there were in a row; it goes on by itself. */
  readonly onLost?: (error: unknown, inARow: number) => void
}

type Item = AllStreamResolvedEvent | { readonly checkpoint: Position } | { readonly caughtUp: true }

// Checkpoints come after this many considered events, so that a reader behind a filter is never far behind the log.
const checkpointEvents = 32
const defaultPageSize = 2_000

function subscribe(
  store: EventStore,
  from: Position | undefined,
  { prefixes, pageSize }: FollowOptions,
) {
  const subscription = store.client.subscribeToAll(
    {
      fromPosition: from === undefined ? START : { commit: from, prepare: from },
      filter: streamNameFilter({
        prefixes: [...prefixes],
        maxSearchWindow: checkpointEvents,
        checkpointInterval: 1,
        // Pushed into the stream itself, a mark keeps its place between the events around it.
        checkpointReached: async (self, { commit }) => {
          self.push({ checkpoint: commit })
        },
      }),
    },
    { highWaterMark: pageSize ?? defaultPageSize },
  )
  subscription.on('caughtUp', () => subscription.push({ caughtUp: true }))
  return subscription
}

/** All that is buffered now, at most a page of it. */
function take(
  subscription: { read(): unknown },
  before: Position,
  pageSize: number,
  wasCaughtUp: boolean,
): LogPage | undefined {
  const events: StoredEvent[] = []
  let position = before
  let caughtUp = wasCaughtUp
  let taken = 0
  for (; events.length < pageSize; taken++) {
    const item = subscription.read() as Item | null
    if (item === null) break
    if ('caughtUp' in item) caughtUp = true
    else if ('checkpoint' in item) position = laterOf(item.checkpoint, position)
    else {
      const stored = toStored(item)
      if (stored) events.push(stored)
      position = item.commitPosition ?? stored?.position ?? position
    }
  }
  return taken > 0 ? { events, position, caughtUp } : undefined
}

async function* followOnce(
  store: EventStore,
  from: Position | undefined,
  options: FollowOptions,
): AsyncGenerator<LogPage> {
  const subscription = subscribe(store, from, options)
  let failure: unknown
  let wake = () => {}
  const changed = () => wake()
  // Without a listener of its own an error between two waits would end the process.
  subscription.on('error', error => {
    failure = error
    changed()
  })
  for (const event of ['readable', 'end', 'close']) subscription.on(event, changed)
  options.signal.addEventListener('abort', changed)
  let position = from ?? 0n
  let caughtUp = false
  try {
    while (!options.signal.aborted) {
      const page = take(subscription, position, options.pageSize ?? defaultPageSize, caughtUp)
      if (page) {
        position = page.position
        caughtUp = page.caughtUp
        yield page
        continue
      }
      if (failure) throw failure
      if (subscription.readableEnded || subscription.destroyed)
        throw new Error('The event store ended the subscription')
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  } finally {
    options.signal.removeEventListener('abort', changed)
    await subscription.unsubscribe().catch(() => undefined)
    subscription.destroy()
  }
}

/**
 * Pages of the log until the signal aborts. A lost connection is taken up again after the last page, with growing
 * pauses; an error thrown into the loop by the consumer ends it.
 */
export async function* followLog(
  store: EventStore,
  options: FollowOptions,
): AsyncGenerator<LogPage> {
  let from = options.from
  let lost = 0
  while (!options.signal.aborted) {
    const pages = followOnce(store, from, options)
    try {
      for (;;) {
        const { value: page, done } = await pages.next()
        if (done) return
        lost = 0
        from = page.position
        yield page
      }
    } catch (error) {
      if (options.signal.aborted) return
      lost += 1
      options.onLost?.(error, lost)
      await pause(backoffMilliseconds(lost, Math.random, 100, 10_000), options.signal).catch(
        () => undefined,
      )
    } finally {
      await pages.return(undefined)
    }
  }
}
