// The conversation of a persistent subscription's consumer: what it sends, decoded, and what it is sent, as gRPC frames.
import { decodeStreamIdentifier } from './append-request.ts'
import type { GroupRequest } from './persistent-requests.ts'
import { decodeIdForm } from './read-request.ts'
import { frame, type IdForm, recordedEvent } from './read-response.ts'
import { decodeUuid } from './uuid.ts'
import { BYTES, bytesField, message, VARINT, varintField, WireReader } from './wire.ts'

/** Whom a consumer wants to hear, and how. */
export interface ConsumerOptions extends GroupRequest {
  /** How many events may be unanswered at once. */
  bufferSize: number
  ids: IdForm | undefined
}

/** What is to become of an event that a consumer could not work off. */
export type NackAction = 'unknown' | 'park' | 'retry' | 'skip' | 'stop'

/** One message of a consumer. Ids that can't be read are left out: nothing is in flight under them. */
export type ConsumerMessage =
  | { readonly kind: 'options'; readonly options: ConsumerOptions }
  | { readonly kind: 'ack'; readonly ids: readonly Buffer[] }
  | {
      readonly kind: 'nack'
      readonly ids: readonly Buffer[]
      readonly action: NackAction
      readonly reason: string
    }

const ACTIONS: readonly NackAction[] = ['unknown', 'park', 'retry', 'skip', 'stop']

function decodeOptions(bytes: Buffer): ConsumerOptions {
  const reader = new WireReader(bytes)
  const options: ConsumerOptions = { source: undefined, group: '', bufferSize: 0, ids: undefined }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) options.source = { stream: decodeStreamIdentifier(reader.bytes()) }
    else if (tag === 0x12) options.group = reader.bytes().toString('utf8')
    else if (tag === 0x18) options.bufferSize = Number(BigInt.asIntN(32, reader.uint64()))
    else if (tag === 0x22) options.ids = decodeIdForm(reader.bytes())
    else {
      if (tag === 0x2a) options.source = 'all'
      reader.skip(tag)
    }
  }
  return options
}

/** Ack and Nack share the numbers of their fields. */
function decodeAnswer(bytes: Buffer): { ids: Buffer[]; action: NackAction; reason: string } {
  const reader = new WireReader(bytes)
  const answer = { ids: [] as Buffer[], action: 'unknown' as NackAction, reason: '' }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x12) {
      const id = decodeUuid(reader.bytes())
      if (id) answer.ids.push(id)
    } else if (tag === 0x18) answer.action = ACTIONS[reader.number()] ?? 'unknown'
    else if (tag === 0x22) answer.reason = reader.bytes().toString('utf8')
    else reader.skip(tag)
  }
  return answer
}

/** Decodes a `ReadReq`; undefined for one without content. Throws `MalformedMessage`. */
export function decodeConsumerMessage(bytes: Buffer): ConsumerMessage | undefined {
  const reader = new WireReader(bytes)
  let decoded: ConsumerMessage | undefined
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) decoded = { kind: 'options', options: decodeOptions(reader.bytes()) }
    else if (tag === 0x12) decoded = { kind: 'ack', ids: decodeAnswer(reader.bytes()).ids }
    else if (tag === 0x1a) decoded = { kind: 'nack', ...decodeAnswer(reader.bytes()) }
    else reader.skip(tag)
  }
  return decoded
}

export const groupConfirmation = (subscriptionId: string): Buffer =>
  frame(message(bytesField(2, message(bytesField(1, subscriptionId)))))

/** A `RecordedEvent` that says of itself that it stands at another position. */
function placedAt(event: Buffer, position: number): Buffer {
  const reader = new WireReader(event)
  const fields: Buffer[] = []
  while (!reader.done) {
    const tag = reader.tag()
    const field = tag >>> 3
    if (field === 4 || field === 5) {
      fields.push(varintField(field, position))
      reader.skip(tag)
    } else if ((tag & 7) === VARINT) fields.push(varintField(field, reader.uint64()))
    else if ((tag & 7) === BYTES) fields.push(bytesField(field, reader.bytes()))
  }
  return message(...fields)
}

/** What a consumer is given: an event, the link that led to it, or both. */
export interface Delivery {
  readonly event: Buffer | undefined
  readonly link: Buffer | undefined
  /** Of that which stood in what the group reads: it goes for both, as the real server has it. */
  readonly position: number
  readonly retryCount: number
}

/** An event on its way to a consumer. */
export function delivered({ event, link, position, retryCount }: Delivery, ids: IdForm): Buffer {
  const fields = []
  if (event) {
    const encoded = recordedEvent(event, ids)
    fields.push(bytesField(1, link ? placedAt(encoded, position) : encoded))
  }
  if (link) fields.push(bytesField(2, recordedEvent(link, ids)))
  fields.push(varintField(3, position), varintField(5, retryCount))
  return frame(bytesField(1, message(...fields)))
}
