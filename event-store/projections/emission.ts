// What a projection writes because of an event: a link, or the name of a stream, with where it came from.
import { randomUUID } from 'node:crypto'
import type { NewEvent } from '../protocol/recorded-event.ts'
import type { SourceEvent } from './source-event.ts'

/** An event for a projection's stream. */
export interface Emission {
  readonly stream: string
  /** `$>` is a link, `$@` names a stream. */
  readonly type: '$>' | '$@'
  readonly data: string
  /** What the metadata says besides what it says of every emission. */
  readonly about?: Readonly<Record<string, string | number>>
}

/** What a projection makes of an event. Pure: the same event gives the same emission each time. */
export type Projection = (event: SourceEvent) => Emission | undefined

/** Who emits: the projection's number, and which of its lives and settings it is in. */
export interface EmissionVersion {
  readonly id: number
  readonly epoch: number
  readonly version: number
}

/** The version of the projections' own format, the last part of `$v`. */
const FORMAT_VERSION = 4

/** How the metadata of an emission begins: by it one knows later which life of the projection it is from. */
export const versionText = ({ id, epoch, version }: EmissionVersion): string =>
  `${id}:${epoch}:${version}:${FORMAT_VERSION}`

/** A longer text is no id: it would be repeated in the name of a stream and in every link. */
const LONGEST_ID = 64 * 1024

/** A member of an event's metadata as an id: a text, a number or a truth value as .NET spells it. */
export function idMember(event: SourceEvent, name: string): string | undefined {
  const value = Object.hasOwn(event.metadata, name) ? event.metadata[name] : undefined
  if (typeof value === 'string') return value.length <= LONGEST_ID ? value : undefined
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? String(value) : (event.wholeNumber(name) ?? String(value))
  }
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : undefined
}

/** The link to an event; to a link, the link to where that one leads. */
export const linkTo = (event: SourceEvent): string =>
  event.isLink ? event.data : `${event.number}@${event.stream}`

/** The event to be written for an emission. */
export function emittedEvent(
  emission: Emission,
  event: SourceEvent,
  version: EmissionVersion,
): NewEvent {
  const { position } = event
  const metadata = {
    $v: versionText(version),
    $c: position,
    $p: position,
    ...emission.about,
    $causedBy: event.id,
    $correlationId: idMember(event, '$correlationId') || undefined,
  }
  return {
    id: Buffer.from(randomUUID(), 'latin1'),
    type: Buffer.from(emission.type),
    isJson: false,
    data: Buffer.from(emission.data),
    customMetadata: Buffer.from(JSON.stringify(metadata)),
  }
}
