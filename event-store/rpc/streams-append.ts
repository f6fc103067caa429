// Streams.Append, Delete and Tombstone.
import { decodeAppendRequest } from '../protocol/append-request.ts'
import { appendSuccess, appendWrongVersion, deleteSuccess } from '../protocol/append-response.ts'
import {
  deleteRefused,
  invalid,
  missingMetadata,
  streamDeleted,
  tooLarge,
} from '../protocol/errors.ts'
import type { NewEvent } from '../protocol/recorded-event.ts'
import { CommitTimeout, StoreFull } from '../storage/errors.ts'
import type { Store, WriteOutcome } from '../store.ts'
import {
  isFault,
  MAX_APPEND_BYTES,
  MAX_PROPOSAL_BYTES,
  newEvent,
  type ProposalFault,
  type Target,
  targetOf,
} from '../streams/proposal.ts'
import type { Call } from '../transport/call.ts'
import { type Handler, unary } from '../transport/grpc-server.ts'
import { GrpcError, Status } from '../transport/status.ts'
import { understood } from './understood.ts'

const faultError = (fault: ProposalFault): GrpcError =>
  fault.kind === 'missing-metadata' ? missingMetadata(fault.property) : invalid(fault.reason)

function checkedTarget(options: Parameters<typeof targetOf>[0] | undefined): Target {
  if (!options) throw invalid('The options are missing.')
  const target = targetOf(options)
  if ('kind' in target) throw faultError(target)
  return target
}

function answerAppend(call: Call, outcome: WriteOutcome): void {
  switch (outcome.kind) {
    case 'appended':
      call.send(appendSuccess(outcome))
      break
    case 'wrong-expected-version':
      call.send(appendWrongVersion(outcome.expected, outcome.current))
      break
    case 'stream-deleted':
      throw streamDeleted(outcome.stream)
    case 'too-large':
      throw tooLarge(outcome.limit)
  }
  call.end()
}

/** Serves `Streams.Append`: options first, then events, written when the client has sent them all. */
export const append =
  (store: Store): Handler =>
  call => {
    let target: Target | undefined
    const events: NewEvent[] = []
    let dataBytes = 0
    let allBytes = 0
    call.listen({
      onMessage(message) {
        const { options, event } = understood(() => decodeAppendRequest(message))
        if (options) {
          if (target) throw invalid('The options were sent twice.')
          target = checkedTarget(options)
          store.access.demand(call.principal, 'write', target.stream)
          return
        }
        if (!target) throw invalid('The options are missing.')
        if (!event) throw invalid('A message without options or event.')
        dataBytes += event.data.length
        allBytes += message.length
        if (dataBytes > MAX_APPEND_BYTES) throw tooLarge(MAX_APPEND_BYTES)
        if (allBytes > MAX_PROPOSAL_BYTES) {
          throw new GrpcError(Status.RESOURCE_EXHAUSTED, 'The events of one append are too large.')
        }
        const checked = newEvent(event)
        if (isFault(checked)) throw faultError(checked)
        events.push(checked)
      },
      onHalfClose() {
        if (!target) throw invalid('The options are missing.')
        const { stream, expected } = target
        const write = (): void =>
          store.writeForClient(
            writer => writer.append(stream, expected, events),
            outcome => call.attempt(() => answerAppend(call, outcome)),
            error => call.fail(writeFailed(error)),
          )
        // Whoever gives up in the middle says that nothing more comes, too, and with the next frame that they gave up.
        setImmediate(() => call.attempt(write))
      },
    })
  }

const remove = (store: Store, verb: 'delete' | 'tombstone'): Handler =>
  unary((bytes, call) => {
    // Delete and Tombstone lay their options out as Append does.
    const { stream, expected } = checkedTarget(understood(() => decodeAppendRequest(bytes)).options)
    store.access.demand(call.principal, 'delete', stream)
    store.writeForClient(
      writer => writer[verb](stream, expected),
      outcome =>
        call.attempt(() => {
          if (outcome.kind !== 'appended') throw deleteRefused(outcome)
          call.send(deleteSuccess(outcome.position as number))
          call.end()
        }),
      error => call.fail(writeFailed(error)),
    )
  })

/** Serves `Streams.Delete`, the soft one. */
export const softDelete = (store: Store): Handler => remove(store, 'delete')
/** Serves `Streams.Tombstone`, the hard one. */
export const tombstone = (store: Store): Handler => remove(store, 'tombstone')

/** A commit that did not happen, or not in time: the words of the system say why. */
export function writeFailed(cause: unknown): GrpcError {
  if (cause instanceof CommitTimeout) {
    return new GrpcError(
      Status.ABORTED,
      'Operation timed out: Commit phase timeout.',
      {},
      { cause },
    )
  }
  return new GrpcError(
    cause instanceof StoreFull ? Status.RESOURCE_EXHAUSTED : Status.UNAVAILABLE,
    `Nothing was written: ${cause instanceof Error ? cause.message : String(cause)}`,
    {},
    { cause },
  )
}
