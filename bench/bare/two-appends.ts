// What publishing a post asks of the event store, without deciding anything: a look at two streams, an event on each.
import { randomUUID } from 'node:crypto'
import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  START,
  StreamNotFoundError,
} from '@eventstore/db-client'

const metadata = (commandId: string) => ({
  $correlationId: commandId,
  $causationId: commandId,
  actor: { kind: 'user', id: commandId },
  commandId,
  occurredAt: new Date().toISOString(),
  schemaVersion: 1,
})

/** Looks for a stream's events as a command does before it decides: a name's newest, a post's all. */
async function look(client: EventStoreDBClient, streamName: string, which: 'newest' | 'all') {
  const read =
    which === 'newest'
      ? client.readStream(streamName, { direction: BACKWARDS, fromRevision: END, maxCount: 1 })
      : client.readStream(streamName, { direction: FORWARDS, fromRevision: START })
  let events = 0
  try {
    for await (const _event of read) events += 1
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error
  }
  return events
}

async function append(client: EventStoreDBClient, streamName: string, type: string, data: object) {
  const id = randomUUID()
  const event = jsonEvent({ id, type, data: { ...data }, metadata: metadata(id) })
  return client.appendToStream(streamName, event, { expectedRevision: NO_STREAM })
}

export interface BareOptions {
  /** Whether each stream is read before it is appended to. */
  readonly reads: boolean
}

/** Reserves a name and publishes under it; gives the position of the second event. */
export async function appendPost(
  client: EventStoreDBClient,
  post: { readonly title: string; readonly body: string },
  { reads }: BareOptions,
): Promise<bigint | undefined> {
  const id = randomUUID()
  const [nameStream, stream] = [`bareslug-${id}`, `barepost-${id}`]
  if (reads) await look(client, nameStream, 'newest')
  await append(client, nameStream, 'NameReserved', { kind: 'slug', holder: id })
  if (reads) await look(client, stream, 'all')
  const result = await append(client, stream, 'PostPublished', { postId: id, ...post })
  return result.position?.commit
}
