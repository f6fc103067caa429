// What the server's own projections must have written, worked out from the events of the log, for tests that compare.
import { randomUUID } from 'node:crypto'
import { type EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { expect } from 'vitest'

/** What a link says. */
export const text = (data: unknown): string => Buffer.from(data as Uint8Array).toString()

/** What each projection's streams must hold, and do hold, once it has seen everything. */
export async function compareLinks(client: EventStoreDBClient): Promise<number> {
  const wanted = new Map<string, string[]>()
  const found = new Map<string, string[]>()
  const put = (to: Map<string, string[]>, stream: string, data: string): void => {
    const list = to.get(stream)
    if (list) list.push(data)
    else to.set(stream, [data])
  }
  let links = 0
  for await (const { event } of client.readAll()) {
    if (!event || event.streamId.startsWith('$$')) continue
    const { streamId, revision, type } = event
    if (streamId.startsWith('$')) {
      put(found, streamId, text(event.data))
      expect(event.revision).toBe(BigInt((found.get(streamId) as string[]).length - 1))
      links++
      continue
    }
    const link = `${revision}@${streamId}`
    const category = streamId.split('-')[0]
    put(wanted, `$ce-${category}`, link)
    put(wanted, `$et-${type}`, link)
    const { $correlationId } = (event.metadata ?? {}) as { $correlationId?: string }
    if ($correlationId) put(wanted, `$bc-${$correlationId}`, link)
    if (revision > 0n) continue
    put(wanted, '$streams', link)
    put(wanted, `$category-${category}`, streamId)
  }
  expect([...found].sort()).toEqual([...wanted].sort())
  return links
}

/** Waits until all five have projected everything so far: what they make of a last event has come. */
export async function settled(client: EventStoreDBClient): Promise<void> {
  const label = randomUUID().replaceAll('-', '')
  const stream = `${label}-1`
  const metadata = { $correlationId: label }
  await client.appendToStream(stream, jsonEvent({ type: label, data: {}, metadata }))
  const ends = [`$ce-${label}`, `$et-${label}`, `$bc-${label}`, `$category-${label}`, '$streams']
  for (const end of ends) {
    for await (const { event } of client.subscribeToStream(end)) {
      if ([stream, `0@${stream}`].includes(text(event?.data))) break
    }
  }
}
