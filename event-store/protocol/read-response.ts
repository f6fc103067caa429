// The messages that Streams.Read answers with, each as a gRPC frame ready to be sent.
import { idOf, recordedEventOf } from './recorded-event.ts'
import { encodeStructured, UUID_LENGTH } from './uuid.ts'
import { bytesField, EMPTY, message, varintField } from './wire.ts'

/** Puts the five bytes that gRPC wants before each message. */
export function frame(body: Buffer): Buffer {
  const out = Buffer.allocUnsafe(5 + body.length)
  out[0] = 0
  out.writeUInt32BE(body.length, 1)
  body.copy(out, 5)
  return out
}

/** Text ids are sent as the store keeps them; structured ones are made of them. */
export type IdForm = 'text' | 'structured'

const ID_FIELD_LENGTH = 4 + UUID_LENGTH
/** The `RecordedEvent` message of a record, with its id in the form that was asked for. */
export function recordedEvent(record: Buffer, ids: IdForm): Buffer {
  const event = recordedEventOf(record)
  if (ids === 'text') return event
  const id = bytesField(1, bytesField(1, encodeStructured(idOf(record))))
  return message(id, event.subarray(ID_FIELD_LENGTH))
}

/** An event with the link that led to it, or either alone; the position is that of what stood in the stream that was read. */
export function readEvent(
  { event, link }: { event?: Buffer | undefined; link?: Buffer | undefined },
  position: number,
  ids: IdForm,
): Buffer {
  const fields = [
    ...(event ? [bytesField(1, recordedEvent(event, ids))] : []),
    ...(link ? [bytesField(2, recordedEvent(link, ids))] : []),
    varintField(3, position),
  ]
  return frame(message(bytesField(1, message(...fields))))
}

export const confirmation = (subscriptionId: string): Buffer =>
  frame(message(bytesField(2, message(bytesField(1, subscriptionId)))))

export const checkpoint = (position: number): Buffer =>
  frame(message(bytesField(3, message(varintField(1, position), varintField(2, position)))))

export const streamNotFound = (stream: string): Buffer =>
  frame(message(bytesField(4, message(bytesField(1, bytesField(3, stream))))))

export const firstStreamPosition = (revision: number): Buffer => frame(varintField(5, revision))
export const lastStreamPosition = (revision: number): Buffer => frame(varintField(6, revision))

export const CAUGHT_UP = frame(bytesField(8, EMPTY))
