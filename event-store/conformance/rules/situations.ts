// The situations a stream can be in, and the two ways to append to it, for tests that go through all of them.
import type { EventStoreDBClient } from '@eventstore/db-client'
import { afterAll, beforeAll } from 'vitest'
import { aStream, type Bench, event, events, labels, useServer } from '../harness.ts'
import { Batch, toldOfBatch } from './batch.ts'
import { type Sent, type Told, toldOfAppend, Writes } from './writes.ts'

export type Client = EventStoreDBClient

/** Brings a stream into each situation; where there are events, they are a, b and c. */
export const SITUATIONS: Readonly<
  Record<string, (client: Client, stream: string) => Promise<void>>
> = {
  missing: async () => {},
  existing: async (client, stream) => {
    await client.appendToStream(stream, events('a', 'b', 'c'))
  },
  'all hidden': async (client, stream) => {
    await client.appendToStream(stream, events('a', 'b', 'c'))
    await client.setStreamMetadata(stream, { truncateBefore: 3 })
  },
  'metadata only': async (client, stream) => {
    await client.setStreamMetadata(stream, { own: 1 })
  },
  deleted: async (client, stream) => {
    await client.appendToStream(stream, events('a', 'b', 'c'))
    await client.deleteStream(stream)
  },
  're-created': async (client, stream) => {
    await client.appendToStream(stream, events('a', 'b', 'c'))
    await client.deleteStream(stream)
    await client.appendToStream(stream, event('d'))
  },
  tombstoned: async (client, stream) => {
    await client.appendToStream(stream, events('a', 'b', 'c'))
    await client.tombstoneStream(stream)
  },
  'never written, tombstoned': async (client, stream) => {
    await client.tombstoneStream(stream)
  },
}

export async function streamThatIs(client: Client, situation: string): Promise<string> {
  const stream = aStream()
  await SITUATIONS[situation]?.(client, stream)
  return stream
}

/** What a stream shows: `3:d`, nothing, or why it shows nothing. */
export async function shown(client: Client, stream: string): Promise<string> {
  try {
    return (await labels(client.readStream(stream))).join(' ')
  } catch (error) {
    return (error as { type?: string }).type ?? String(error)
  }
}

export interface WireBench extends Bench {
  readonly writes: Writes
}

/** A server for a test file, with its stubs beside the official client. */
export function useWire(...options: Parameters<typeof useServer>): () => WireBench {
  const bench = useServer(...options)
  let writes: Writes | undefined
  beforeAll(() => {
    writes = new Writes(`127.0.0.1:${bench().server.port}`)
  })
  afterAll(() => writes?.close())
  return () => ({ ...bench(), writes: writes as Writes })
}

type Append = (
  bench: WireBench,
  stream: string,
  sent: readonly Sent[],
  expected: string,
) => Promise<Told>

/** Both ways to append, which obey the same rules. */
export const WAYS: Readonly<Record<'Append' | 'BatchAppend', Append>> = {
  Append: async ({ writes }, stream, sent, expected) =>
    toldOfAppend(await writes.append(stream, sent, expected)),
  BatchAppend: async ({ writes }, stream, sent, expected) => {
    const batch = new Batch(writes)
    const answer = await batch.append(stream, sent, expected)
    batch.cancel()
    return toldOfBatch(answer)
  },
}
export const WAY_NAMES = Object.keys(WAYS) as (keyof typeof WAYS)[]
