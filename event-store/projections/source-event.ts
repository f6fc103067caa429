// An event as the system projections look at it, and which events they look at.
import {
  createdOf,
  fieldsOf,
  idOf,
  isLinkRecord,
  isTombstoneRecord,
  positionOf,
  type RecordFields,
  streamNameOf,
  typeOf,
} from '../protocol/recorded-event.ts'
import { parseLimits, wholeNumberOf } from '../streams/metadata.ts'
import { isMetastream, METADATA_TYPE, streamOfMetastream } from '../streams/names.ts'

const DOLLAR = 0x24
/** The number of a tombstone, which no double can say. */
const TOMBSTONE_NUMBER = '9223372036854775807'

/**
 * Whether events of a stream, its name given as bytes, are projected: those of users, and what is said of their streams
 * by metadata. What begins with `$` is the server's own, links of projections among it.
 */
export const isProjected = (stream: Buffer): boolean =>
  stream[0] !== DOLLAR || (stream[1] === DOLLAR && stream[2] !== DOLLAR)

/** Reads a record as far as somebody asks. Good only as long as the record is. */
export class SourceEvent {
  readonly #record: Buffer
  #fields: RecordFields | undefined
  #metadata: Readonly<Record<string, unknown>> | undefined
  readonly stream: string
  readonly position: number

  constructor(record: Buffer) {
    this.#record = record
    this.stream = streamNameOf(record).toString('utf8')
    this.position = positionOf(record)
  }

  get id(): string {
    return idOf(this.#record).toString('latin1')
  }

  get type(): string {
    return typeOf(this.#record).toString('utf8')
  }

  /** The event's number in its stream, in decimal. */
  get number(): string {
    return isTombstoneRecord(this.#record) ? TOMBSTONE_NUMBER : String(this.#read().revision)
  }

  get isLink(): boolean {
    return isLinkRecord(this.#record)
  }

  get data(): string {
    return this.#read().data.toString('utf8')
  }

  /** Milliseconds since 1970. */
  get created(): number {
    return createdOf(this.#record)
  }

  /** The members of the event's own metadata; none where it is no JSON object. */
  get metadata(): Readonly<Record<string, unknown>> {
    this.#metadata ??= parseObject(this.#read().customMetadata)
    return this.#metadata
  }

  /** A whole number among these members with all of its digits, which may be more than a number holds. */
  wholeNumber(name: string): string | undefined {
    return wholeNumberOf(this.#read().customMetadata, name)
  }

  /** The stream that this event deletes, softly by its metadata or for ever. */
  get deletedStream(): string | undefined {
    if (isTombstoneRecord(this.#record)) return this.stream
    if (!isMetastream(this.stream) || !typeOf(this.#record).equals(METADATA_TYPE)) return undefined
    return parseLimits(this.#read().data).deleted ? streamOfMetastream(this.stream) : undefined
  }

  #read(): RecordFields {
    this.#fields ??= fieldsOf(this.#record)
    return this.#fields
  }
}

const NO_MEMBERS = {}

function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) return NO_MEMBERS
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : NO_MEMBERS
  } catch {
    return NO_MEMBERS
  }
}
