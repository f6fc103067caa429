// What Append, BatchAppend, Delete and Tombstone answer, as gRPC frames.
import type { Appended, AppendRefusal } from '../streams/append.ts'
import type { Expectation } from './append-request.ts'
import { frame } from './read-response.ts'
import { bytesField, EMPTY, message, varintField, varintLength, writeVarint } from './wire.ts'

const LEGACY_NO_STREAM = 2n ** 64n - 1n
/** What gRPC puts before a message. */
const PREFIX = 5
const delimited = (length: number): number => 1 + varintLength(length) + length
/** Writes a tag of one byte and a number, a field's value or its length; returns where they end. */
function begin(out: Buffer, at: number, tag: number, number: number): number {
  out[at] = tag
  return writeVarint(out, at + 1, number)
}

const emptyField = (field: number): Buffer => bytesField(field, EMPTY)

function positionMessage(position: number): Buffer {
  return message(varintField(1, position), varintField(2, position))
}

/** `AppendResp.success`. */
export function appendSuccess({ revision, position }: Appended): Buffer {
  const success = message(
    revision === undefined ? emptyField(2) : varintField(1, revision),
    position === undefined ? emptyField(4) : bytesField(3, positionMessage(position)),
  )
  return frame(bytesField(1, success))
}

function expectationFields(
  expected: Expectation,
  fields: readonly [number, number, number, number],
) {
  const [exact, any, exists, none] = fields
  if (expected === 'any') return emptyField(any)
  if (expected === 'stream-exists') return emptyField(exists)
  if (expected === 'no-stream') return emptyField(none)
  return varintField(exact, expected)
}

/** `AppendResp.wrong_expected_version`, with the fields of today and those of version 20.6. */
export function appendWrongVersion(expected: Expectation, current: number | undefined): Buffer {
  const old =
    expected === 'any'
      ? emptyField(4)
      : expected === 'stream-exists'
        ? emptyField(5)
        : varintField(3, expected === 'no-stream' ? LEGACY_NO_STREAM : expected)
  const refusal = message(
    current === undefined ? emptyField(2) : varintField(1, current),
    old,
    current === undefined ? emptyField(7) : varintField(6, current),
    expectationFields(expected, [8, 9, 10, 11]),
  )
  return frame(bytesField(2, refusal))
}

/** `DeleteResp` and `TombstoneResp`, which are alike. */
export const deleteSuccess = (position: number): Buffer =>
  frame(bytesField(1, positionMessage(position)))

const streamIdentifier = (stream: string): Buffer => bytesField(4, bytesField(3, stream))

/** `BatchAppendResp.success`, in one piece: there is one for every append. */
export function batchSuccess(
  correlationId: Buffer,
  stream: string,
  { revision, position }: Appended,
): Buffer {
  const nameLength = Buffer.byteLength(stream)
  const positionLength = position === undefined ? 0 : 2 * (1 + varintLength(position))
  const successLength =
    (revision === undefined ? 2 : 1 + varintLength(revision)) + delimited(positionLength)
  const idLength = delimited(correlationId.length)
  const streamLength = delimited(nameLength)
  const length = delimited(idLength) + delimited(successLength) + delimited(streamLength)
  const out = Buffer.allocUnsafe(PREFIX + length)
  out[0] = 0
  out.writeUInt32BE(length, 1)
  let at = begin(out, begin(out, PREFIX, 0x0a, idLength), 0x12, correlationId.length)
  at += correlationId.copy(out, at)
  at = begin(out, at, 0x1a, successLength)
  at = revision === undefined ? begin(out, at, 0x12, 0) : begin(out, at, 0x08, revision)
  at = begin(out, at, position === undefined ? 0x22 : 0x1a, positionLength)
  if (position !== undefined) at = begin(out, begin(out, at, 0x08, position), 0x10, position)
  at = begin(out, begin(out, at, 0x22, streamLength), 0x1a, nameLength)
  out.write(stream, at)
  return out
}

/** All that a batch append may be refused for. */
export type BatchRefusal =
  | AppendRefusal
  | { readonly kind: 'bad-request'; readonly reason: string }
  | { readonly kind: 'access-denied' }
  | { readonly kind: 'timeout' }
  /** No room on the disk: of a kind that the clients do not know, for only of such do they pass on the words. */
  | { readonly kind: 'no-room'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

/** Code, name and details of each refusal, as a `google.rpc.Status` wants them. */
function statusOf(refusal: BatchRefusal): readonly [code: number, name: string, details: Buffer] {
  switch (refusal.kind) {
    case 'wrong-expected-version': {
      const { current, expected } = refusal
      const details = message(
        current === undefined ? emptyField(2) : varintField(1, current),
        expectationFields(expected, [3, 4, 5, 6]),
      )
      return [6, 'WrongExpectedVersion', details]
    }
    case 'stream-deleted':
      return [5, 'StreamDeleted', bytesField(1, bytesField(3, refusal.stream))]
    case 'too-large':
      return [3, 'MaximumAppendSizeExceeded', varintField(1, refusal.limit)]
    case 'bad-request':
      return [3, 'BadRequest', bytesField(1, refusal.reason)]
    case 'access-denied':
      return [7, 'AccessDenied', EMPTY]
    case 'timeout':
      return [4, 'Timeout', EMPTY]
    case 'no-room':
      return [8, 'NoRoom', EMPTY]
    case 'unknown':
      return [2, 'Unknown', EMPTY]
  }
}

/** `BatchAppendResp.error`. */
export function batchError(
  correlationId: Buffer | undefined,
  stream: string | undefined,
  refusal: BatchRefusal,
): Buffer {
  const [code, name, details] = statusOf(refusal)
  const any = message(
    bytesField(1, `type.googleapis.com/event_store.client.${name}`),
    bytesField(2, details),
  )
  const hasWords = refusal.kind === 'unknown' || refusal.kind === 'no-room'
  const text = hasWords ? refusal.reason : name
  const status = message(varintField(1, code), bytesField(2, text), bytesField(3, any))
  return frame(
    message(
      ...(correlationId ? [bytesField(1, bytesField(2, correlationId))] : []),
      bytesField(2, status),
      ...(stream === undefined ? [] : [streamIdentifier(stream)]),
    ),
  )
}
