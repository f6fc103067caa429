// What Append and BatchAppend send, decoded by hand: views into the message, nothing copied.
import { isUtf8 } from 'node:buffer'
import { decodeUuid } from './uuid.ts'
import { MalformedMessage, WireReader } from './wire.ts'

/** What a writer says of the stream: an exact revision, or one of the three words. */
export type Expectation = 'any' | 'no-stream' | 'stream-exists' | bigint

/** An event as it was proposed; what is missing or unreadable stays undefined. */
export interface ProposedEvent {
  id: Buffer | undefined
  type: Buffer | undefined
  contentType: string | undefined
  data: Buffer
  customMetadata: Buffer
}

export interface AppendOptions {
  stream: string | undefined
  expected: Expectation | undefined
  /** When the writer gives up, in milliseconds since 1970 or from now. */
  deadline?: { readonly at: number } | { readonly after: number }
}

/** One message of the Append call: its options or an event. */
export interface AppendRequest {
  options?: AppendOptions
  event?: ProposedEvent
}

/** One chunk of a batch append. */
export interface BatchAppendRequest {
  correlationId: Buffer | undefined
  options?: AppendOptions
  events: ProposedEvent[]
  isFinal: boolean
}

const NONE: Buffer = Buffer.alloc(0)
const JSON_TYPE = Buffer.from('application/json')
const BINARY_TYPE = Buffer.from('application/octet-stream')

function text(bytes: Buffer): Buffer {
  if (!isUtf8(bytes)) throw new MalformedMessage('A text that is not UTF-8.')
  return bytes
}

/** The name within a `StreamIdentifier`. */
export function decodeStreamIdentifier(bytes: Buffer): string {
  const reader = new WireReader(bytes)
  let name = NONE
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x1a) name = reader.bytes()
    else reader.skip(tag)
  }
  return text(name).toString('utf8')
}

function contentType(bytes: Buffer): string {
  if (bytes.equals(JSON_TYPE)) return 'application/json'
  if (bytes.equals(BINARY_TYPE)) return 'application/octet-stream'
  return bytes.toString('utf8')
}

function decodeMetadata(bytes: Buffer, event: ProposedEvent): void {
  const reader = new WireReader(bytes)
  let key = NONE
  let value = NONE
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) key = reader.bytes()
    else if (tag === 0x12) value = reader.bytes()
    else reader.skip(tag)
  }
  const name = key.length > 12 ? '' : key.toString('latin1')
  if (name === 'type') event.type = text(value)
  else if (name === 'content-type') event.contentType = contentType(value)
}

function decodeEvent(bytes: Buffer): ProposedEvent {
  const reader = new WireReader(bytes)
  const event: ProposedEvent = {
    id: undefined,
    type: undefined,
    contentType: undefined,
    data: NONE,
    customMetadata: NONE,
  }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) event.id = decodeUuid(reader.bytes())
    else if (tag === 0x12) decodeMetadata(reader.bytes(), event)
    else if (tag === 0x1a) event.customMetadata = reader.bytes()
    else if (tag === 0x22) event.data = reader.bytes()
    else reader.skip(tag)
  }
  return event
}

/** Seconds and nanoseconds, of a Timestamp or a Duration, in milliseconds. */
function decodeMilliseconds(bytes: Buffer): number {
  const reader = new WireReader(bytes)
  let milliseconds = 0
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x08) milliseconds += Number(BigInt.asIntN(64, reader.uint64())) * 1000
    else if (tag === 0x10) milliseconds += Number(BigInt.asIntN(64, reader.uint64())) / 1e6
    else reader.skip(tag)
  }
  return milliseconds
}

function decodeOptions(bytes: Buffer): AppendOptions {
  const reader = new WireReader(bytes)
  const options: AppendOptions = { stream: undefined, expected: undefined }
  while (!reader.done) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        options.stream = decodeStreamIdentifier(reader.bytes())
        break
      case 0x10:
        options.expected = reader.uint64()
        break
      case 0x1a:
        reader.bytes()
        options.expected = 'no-stream'
        break
      case 0x22:
        reader.bytes()
        options.expected = 'any'
        break
      case 0x2a:
        reader.bytes()
        options.expected = 'stream-exists'
        break
      case 0x32:
        options.deadline = { at: decodeMilliseconds(reader.bytes()) }
        break
      case 0x3a:
        options.deadline = { after: decodeMilliseconds(reader.bytes()) }
        break
      default:
        reader.skip(tag)
    }
  }
  return options
}

/** Decodes an `AppendReq`; throws `MalformedMessage`. */
export function decodeAppendRequest(bytes: Buffer): AppendRequest {
  const reader = new WireReader(bytes)
  const request: AppendRequest = {}
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) request.options = decodeOptions(reader.bytes())
    else if (tag === 0x12) request.event = decodeEvent(reader.bytes())
    else reader.skip(tag)
  }
  return request
}

/** Decodes a `BatchAppendReq`; throws `MalformedMessage`. */
export function decodeBatchAppendRequest(bytes: Buffer): BatchAppendRequest {
  const reader = new WireReader(bytes)
  const request: BatchAppendRequest = { correlationId: undefined, events: [], isFinal: false }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) request.correlationId = decodeUuid(reader.bytes())
    else if (tag === 0x12) request.options = decodeOptions(reader.bytes())
    else if (tag === 0x1a) request.events.push(decodeEvent(reader.bytes()))
    else if (tag === 0x20) request.isFinal = reader.number() !== 0
    else reader.skip(tag)
  }
  return request
}
