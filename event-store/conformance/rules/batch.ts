// One BatchAppend call, chunk by chunk, and its answers in words.
import { randomUUID } from 'node:crypto'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import messages from '@eventstore/db-client/generated/streams_pb.js'
import type { ServiceError } from '@grpc/grpc-js'
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js'
import { type Ended, endedBy, Inbox, streamIdentifier, uuid, WELL } from './wire.ts'
import { expectingInBatch, propose, type Sent, type Told, type Writes } from './writes.ts'

export type BatchAnswer = InstanceType<typeof messages.BatchAppendResp>

export interface Chunk {
  /** Undefined leaves the correlation id out. */
  readonly id?: string | undefined
  /** Left out, the chunk has no options. */
  readonly stream?: string
  readonly expected?: string
  /** Milliseconds since 1970. */
  readonly deadline?: number
  readonly events?: readonly Sent[]
  /** True where it is not said. */
  readonly final?: boolean
}

export function chunkMessage(chunk: Chunk) {
  const request = new messages.BatchAppendReq()
  const id = 'id' in chunk ? chunk.id : randomUUID()
  if (id !== undefined) request.setCorrelationId(uuid(id))
  if (chunk.stream !== undefined) {
    const options = new messages.BatchAppendReq.Options()
    options.setStreamIdentifier(streamIdentifier(chunk.stream))
    expectingInBatch(options, chunk.expected ?? 'any')
    if (chunk.deadline !== undefined) {
      const deadline = new timestamp.Timestamp()
      deadline.setSeconds(Math.floor(chunk.deadline / 1000))
      deadline.setNanos((chunk.deadline % 1000) * 1_000_000)
      options.setDeadline(deadline)
    }
    request.setOptions(options)
  }
  for (const sent of chunk.events ?? []) {
    request.addProposedMessages(propose(new messages.BatchAppendReq.ProposedMessage(), sent))
  }
  request.setIsFinal(chunk.final ?? true)
  return request
}

export class Batch {
  readonly #call: ReturnType<Writes['stub']['batchAppend']>
  readonly #inbox = new Inbox<BatchAnswer>()
  readonly ended: Promise<Ended>

  constructor(writes: Writes) {
    this.#call = writes.stub.batchAppend(writes.metadata)
    this.#call.on('data', (answer: BatchAnswer) => this.#inbox.put(answer))
    this.ended = new Promise(resolve => {
      this.#call.on('error', error => resolve(endedBy(error as ServiceError)))
      this.#call.on('end', () => resolve(WELL))
    })
  }

  send(...chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.#call.write(chunkMessage(chunk))
  }

  answers(count: number): Promise<BatchAnswer[]> {
    return this.#inbox.take(count)
  }

  /** Sends an append in one chunk and waits for its answer. */
  async append(stream: string, events: readonly Sent[], expected = 'any'): Promise<BatchAnswer> {
    this.send({ stream, events, expected })
    return await this.#inbox.next()
  }

  halfClose(): void {
    this.#call.end()
  }

  cancel(): void {
    this.#call.cancel()
  }
}

const DETAILS = {
  WrongExpectedVersion: shared.WrongExpectedVersion,
  StreamDeleted: shared.StreamDeleted,
  AccessDenied: shared.AccessDenied,
  Timeout: shared.Timeout,
  MaximumAppendSizeExceeded: shared.MaximumAppendSizeExceeded,
  BadRequest: shared.BadRequest,
} as const
type Refusals = { [Name in keyof typeof DETAILS]: InstanceType<(typeof DETAILS)[Name]> }

/** The details of a refusal, unpacked as the kind that they must be of. */
export function detailsOf<Name extends keyof Refusals>(
  answer: BatchAnswer,
  name: Name,
): Refusals[Name] {
  const any = answer.getError()?.getDetails()
  if (any?.getTypeUrl() !== `type.googleapis.com/event_store.client.${name}`) {
    throw new Error(`Not a ${name}: ${any?.getTypeUrl()}`)
  }
  return DETAILS[name].deserializeBinary(any.getValue_asU8()) as Refusals[Name]
}

/** Throws where a field is missing that the official client reads without asking. */
export function toldOfBatch(answer: BatchAnswer): Told {
  if (!answer.getCorrelationId()) throw new Error('An answer to nobody.')
  if (!answer.hasStreamIdentifier()) throw new Error('An answer without a stream.')
  const success = answer.getSuccess()
  if (success) {
    const revision = success.hasNoStream() ? 'nothing' : success.getCurrentRevision()
    const position = success.getPosition()?.getCommitPosition()
    return {
      words: `at ${revision}`,
      position: position === undefined ? undefined : BigInt(position),
    }
  }
  const name = answer.getError()?.getMessage()
  const words = () => {
    if (name === 'StreamDeleted') {
      detailsOf(answer, name)
      return 'deleted'
    }
    if (name !== 'WrongExpectedVersion') return `${name}`
    const wrong = detailsOf(answer, name)
    return `is ${wrong.hasCurrentNoStream() ? 'nothing' : wrong.getCurrentStreamRevision()}`
  }
  return { words: words(), position: undefined }
}

/** The correlation id of a number; each call has its own. */
export const k = (number: number): string => `c0000000-0000-4000-8000-00000000000${number}`

/** `k1 at 0`: whom each answer is for, and its words. */
export const told = (answers: readonly BatchAnswer[]): string[] =>
  answers.map(answer => {
    const number = answer.getCorrelationId()?.getString().slice(-1)
    return `k${number} ${toldOfBatch(answer).words}`
  })
