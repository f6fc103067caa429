// What an entry looks like to its consumer, and what other parts of the group want to know of it.
import type { Delivery } from '../protocol/persistent-read.ts'
import {
  fieldsOf,
  isJsonRecord,
  isLinkRecord,
  revisionOf,
  streamNameOf,
} from '../protocol/recorded-event.ts'
import type { Streams } from '../streams/streams.ts'
import type { Entry } from './entry.ts'
import type { Strategy } from './settings.ts'

/** The entry's event: with the link that led to it if links are resolved; a replayed one always has its link. */
export function deliveryOf(
  streams: Streams,
  entry: Entry,
  record: Buffer,
  resolveLinks: boolean,
): Delivery {
  const { position, retryCount } = entry
  const resolved =
    (resolveLinks || entry.replayed) && isLinkRecord(record)
      ? streams.resolve(record)
      : 'not-a-link'
  return resolved === 'not-a-link'
    ? { event: record, link: undefined, position, retryCount }
    : { event: resolved.event, link: record, position, retryCount }
}

/** `<revision>@<stream>` of the event that was delivered; of a link to nothing, what it says itself. */
export function targetOf({ event, link }: Delivery): string {
  if (event) return `${revisionOf(event)}@${streamNameOf(event).toString('utf8')}`
  return link ? fieldsOf(link).data.toString('utf8') : ''
}

/** The stream that an event belongs to: of a link, the one it leads to. */
function homeOf({ event, link }: Delivery): string {
  const shown = event ?? link
  if (!shown) return ''
  if (!isLinkRecord(shown)) return streamNameOf(shown).toString('utf8')
  const target = fieldsOf(shown).data.toString('utf8')
  return target.slice(target.indexOf('@') + 1)
}

function correlationOf({ event }: Delivery): string | undefined {
  if (!event || !isJsonRecord(event)) return undefined
  try {
    const metadata: unknown = JSON.parse(fieldsOf(event).customMetadata.toString('utf8'))
    const id = (metadata as Record<string, unknown> | null)?.$correlationId
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}

/** By what a strategy pins an event to a consumer. */
export const pinOf = (delivery: Delivery, strategy: Strategy): string =>
  (strategy === 'PinnedByCorrelation' ? correlationOf(delivery) : undefined) ?? homeOf(delivery)
