// Writes a projection's emissions to their stream, which everybody may read and which a reset begins anew.
import { fieldsOf, type NewEvent } from '../protocol/recorded-event.ts'
import type { Writer } from '../streams/append.ts'
import { metastreamOf } from '../streams/names.ts'
import type { StreamState } from '../streams/stream-cache.ts'
import type { Streams } from '../streams/streams.ts'

/** Streams of the server are for admins alone unless their metadata says otherwise; these are for every user. */
const READABLE = '"$acl":{"$r":"$all","$mr":"$all"}'

/**
 * Appends to a projection's stream, within a transaction. A stream that begins is made readable; one with emissions of
 * an earlier life of the projection shows only what comes now. One that somebody has ended by a tombstone is let be.
 */
export function writeEmissions(
  writer: Writer,
  streams: Streams,
  { stream, events, epoch }: { stream: string; events: readonly NewEvent[]; epoch: number },
): void {
  if (streams.isTombstoned(stream)) return
  const metadata = metadataFor(streams, streams.state(stream), epoch)
  if (metadata) writer.appendOwn(metastreamOf(stream), '$metadata', metadata)
  writer.appendEvents(stream, events)
}

function metadataFor(streams: Streams, state: StreamState, epoch: number): string | undefined {
  if (streams.limits(state.name).deleted) return `{${READABLE}}`
  if (state.head < 0) {
    return streams.state(metastreamOf(state.name)).head < 0 ? `{${READABLE}}` : undefined
  }
  // Before the first reset there is no earlier life, and nothing is read for it.
  if (epoch < 0 || lastEpoch(streams, state) >= epoch) return undefined
  return `{"$tb":${state.head + 1},${READABLE}}`
}

/** The epoch in the last event's `$v`, which is `<id>:<epoch>:<version>:<format>`; those of others don't count. */
function lastEpoch(streams: Streams, { number, head }: StreamState): number {
  const last = streams.log.event(number as number, head)
  const version = last && /^\{"\$v":"\d+:(-?\d+):/.exec(fieldsOf(last).customMetadata.toString())
  return version ? Number(version[1]) : Infinity
}
