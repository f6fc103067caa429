// The errors that clients know by their `exception` trailer.
import type { Expectation } from '../protocol/append-request.ts'
import type { AppendRefusal } from '../streams/append.ts'
import { GrpcError, Status } from '../transport/status.ts'

export const invalid = (words: string, options?: ErrorOptions): GrpcError =>
  new GrpcError(Status.INVALID_ARGUMENT, words, {}, options)

export const accessDenied = (): GrpcError =>
  new GrpcError(Status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' })

export const streamDeleted = (stream: string): GrpcError =>
  new GrpcError(Status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  })

export const tooLarge = (limit: number): GrpcError =>
  new GrpcError(Status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  })

export const missingMetadata = (property: string): GrpcError =>
  new GrpcError(Status.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  })

function expectationNumber(expected: Expectation): string {
  if (expected === 'any') return '-2'
  if (expected === 'no-stream') return '-1'
  return expected === 'stream-exists' ? '-4' : String(expected)
}

/** What Delete and Tombstone say to a refusal. */
export function deleteRefused(refusal: AppendRefusal): GrpcError {
  if (refusal.kind === 'stream-deleted') return streamDeleted(refusal.stream)
  if (refusal.kind === 'too-large') return tooLarge(refusal.limit)
  const expected = expectationNumber(refusal.expected)
  const actual = String(refusal.current ?? -1)
  return new GrpcError(
    Status.FAILED_PRECONDITION,
    `Delete failed due to WrongExpectedVersion. Stream: ${refusal.stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': refusal.stream,
      'expected-version': expected,
      'actual-version': actual,
    },
  )
}
