// The event store as the kernel uses it: read a stream, append to it with an expected revision, find the log's end.
import {
  type AppendExpectedRevision,
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  type ResolvedEvent,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client'
import type { StoredEvent, StoredFact } from './codec.ts'
import type { EventMetadata } from './metadata.ts'
import { noSpaceIn } from './no-space.ts'
import type { Position } from './positions.ts'
import { within } from './within.ts'

/** A stream's newest revision as a command found it; the append holds only if it still is. */
export type ExpectedRevision = number | 'no_stream'

/** A fact on its way into the store. */
export interface NewEvent extends StoredFact {
  readonly id: string
  readonly metadata: EventMetadata
}

export type Appended =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: Position }
  | { readonly kind: 'conflict' }

export interface EventStore {
  /** A stream's events in order, or its newest one alone; empty when there is no stream. */
  readonly read: (streamName: string, which?: 'all' | 'newest') => Promise<readonly StoredEvent[]>
  /** The event at a revision of a stream; undefined when there is none. */
  readonly readOne: (streamName: string, revision: number) => Promise<StoredEvent | undefined>
  /**
   * Appends all events or none. A conflict is an answer; anything else that fails throws and leaves the outcome
   * unknown: ask again with the same events and revision.
   */
  readonly append: (
    streamName: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ) => Promise<Appended>
  /** Rejects with the store's words while the last append failed for want of space, a minute ago at most. */
  readonly room: () => Promise<void>
  /** The log's newest event; undefined while there is none. */
  readonly newest: () => Promise<StoredEvent | undefined>
  /** The position of the log's newest event. */
  readonly end: () => Promise<Position>
  readonly client: EventStoreDBClient
  readonly close: () => Promise<void>
}

// The client's batch appends carry no timer of their own: without this one a lost answer would wait for ever.
const callMilliseconds = 5_000

/** Nobody may write again for long, and then nothing would tell that there is room again. */
const fullMilliseconds = 60_000

const utf8 = new TextEncoder()

// As bytes the client sends metadata as it is; an object it takes through base64, which its protobuf then undoes twice.
const bytesOf = (metadata: EventMetadata) => utf8.encode(JSON.stringify(metadata))

/** An event as the client resolved it, in the kernel's words; undefined for a link whose target is gone. */
export function toStored({ event }: ResolvedEvent): StoredEvent | undefined {
  if (!event) return undefined
  return {
    id: event.id,
    type: event.type,
    streamName: event.streamId,
    revision: Number(event.revision),
    position: event.position?.commit ?? 0n,
    recordedAt: event.created,
    data: event.data,
    metadata: event.metadata,
  }
}

async function collect(events: AsyncIterable<ResolvedEvent>): Promise<StoredEvent[]> {
  const stored: StoredEvent[] = []
  try {
    for await (const resolved of events) {
      const event = toStored(resolved)
      if (event) stored.push(event)
    }
    return stored
  } catch (error) {
    if (error instanceof StreamNotFoundError) return []
    throw error
  }
}

/** Connects lazily: the first call opens the channel, and a lost one is opened again by the next call. */
export function connectEventStore(connectionString: string): EventStore {
  const client = EventStoreDBClient.connectionString(connectionString)
  const open = (streamName: string, which: 'all' | 'newest') =>
    which === 'all'
      ? client.readStream(streamName, { direction: FORWARDS, fromRevision: START })
      : client.readStream(streamName, { direction: BACKWARDS, fromRevision: END, maxCount: 1 })
  let full: string | undefined
  let fullAt = 0
  const newest = async () => {
    const last = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })
    return (await within(callMilliseconds, 'Reading the end of the log', collect(last)))[0]
  }
  return {
    client,
    read: (streamName, which = 'all') =>
      within(callMilliseconds, `Reading ${streamName}`, collect(open(streamName, which))),
    readOne: async (streamName, revision) => {
      const reading = client.readStream(streamName, {
        direction: FORWARDS,
        fromRevision: BigInt(revision),
        maxCount: 1,
      })
      const what = `Reading ${streamName} at ${revision}`
      const [found] = await within(callMilliseconds, what, collect(reading))
      return found?.revision === revision ? found : undefined
    },
    append: async (streamName, expected, events) => {
      const expectedRevision: AppendExpectedRevision =
        expected === 'no_stream' ? expected : BigInt(expected)
      const messages = events.map(({ id, type, data, schemaVersion, metadata }) =>
        jsonEvent({ id, type, data, metadata: bytesOf({ ...metadata, schemaVersion }) }),
      )
      try {
        const call = client.appendToStream(streamName, messages, { expectedRevision })
        const result = await within(callMilliseconds, `Appending to ${streamName}`, call)
        full = undefined
        return {
          kind: 'appended',
          revision: Number(result.nextExpectedRevision),
          position: result.position?.commit ?? 0n,
        }
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) return { kind: 'conflict' }
        full = noSpaceIn(error)
        fullAt = performance.now()
        throw error
      }
    },
    room: async () => {
      if (full !== undefined && performance.now() - fullAt < fullMilliseconds)
        throw new Error(`no space left on the disk that holds the event store: ${full}`)
    },
    newest,
    end: async () => (await newest())?.position ?? 0n,
    close: () => client.dispose(),
  }
}
