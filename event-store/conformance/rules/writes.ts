// Appends and deletes, message by message, and what they are answered in words short enough for a table.
import { randomUUID } from 'node:crypto'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import service from '@eventstore/db-client/generated/streams_grpc_pb.js'
import messages from '@eventstore/db-client/generated/streams_pb.js'
import { type ChannelCredentials, credentials, Metadata } from '@grpc/grpc-js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import { type Ended, type Outcome, outcomeOf, streamIdentifier, uuid } from './wire.ts'

export type AppendAnswer = InstanceType<typeof messages.AppendResp>
type DeleteAnswer = InstanceType<typeof messages.DeleteResp | typeof messages.TombstoneResp>

/** An event as it is sent; undefined leaves a field of its metadata out. */
export interface Sent {
  readonly id?: string | undefined
  readonly data?: string | Uint8Array
  readonly custom?: string | Uint8Array
  readonly fields?: Readonly<Record<string, string | undefined>>
}
const bytes = (value: string | Uint8Array) =>
  typeof value === 'string' ? Buffer.from(value) : value

/** Fills in a proposed message, which the two kinds of append lay out alike. */
export function propose<
  Proposed extends InstanceType<
    typeof messages.AppendReq.ProposedMessage | typeof messages.BatchAppendReq.ProposedMessage
  >,
>(proposed: Proposed, sent: Sent): Proposed {
  const id = 'id' in sent ? sent.id : randomUUID()
  if (id !== undefined) proposed.setId(uuid(id))
  proposed.setData(bytes(sent.data ?? '{}'))
  proposed.setCustomMetadata(bytes(sent.custom ?? ''))
  const fields = { type: 'tested', 'content-type': 'application/json', ...sent.fields }
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) proposed.getMetadataMap().set(key, value)
  }
  return proposed
}

/** `any`, `no_stream`, `stream_exists`, a revision in digits, or `unset`. */
export function expecting<
  Options extends InstanceType<
    | typeof messages.AppendReq.Options
    | typeof messages.DeleteReq.Options
    | typeof messages.TombstoneReq.Options
  >,
>(options: Options, expected: string): Options {
  if (expected === 'any') options.setAny(new shared.Empty())
  else if (expected === 'no_stream') options.setNoStream(new shared.Empty())
  else if (expected === 'stream_exists') options.setStreamExists(new shared.Empty())
  else if (expected !== 'unset') options.setRevision(expected)
  return options
}

export function expectingInBatch(
  options: InstanceType<typeof messages.BatchAppendReq.Options>,
  expected: string,
): void {
  if (expected === 'any') options.setAny(new empty.Empty())
  else if (expected === 'no_stream') options.setNoStream(new empty.Empty())
  else if (expected === 'stream_exists') options.setStreamExists(new empty.Empty())
  else if (expected !== 'unset') options.setStreamPosition(expected)
}

export function appendOptions(stream: string, expected: string) {
  const options = expecting(new messages.AppendReq.Options(), expected)
  options.setStreamIdentifier(streamIdentifier(stream))
  const request = new messages.AppendReq()
  request.setOptions(options)
  return request
}

export function appendEvent(sent: Sent) {
  const request = new messages.AppendReq()
  request.setProposedMessage(propose(new messages.AppendReq.ProposedMessage(), sent))
  return request
}

/** The Streams service of a server, as its stubs give it. */
export class Writes {
  readonly stub: InstanceType<typeof service.StreamsClient>
  /** Who calls, and whatever else every call says. */
  readonly metadata: Metadata

  constructor(
    address: string,
    channel: ChannelCredentials = credentials.createInsecure(),
    metadata = new Metadata(),
  ) {
    this.stub = new service.StreamsClient(address, channel)
    this.metadata = metadata
  }

  close(): void {
    this.stub.close()
  }

  /** Sends messages by Append and half-closes. */
  appendMessages(
    requests: readonly InstanceType<typeof messages.AppendReq>[],
  ): Promise<Outcome<AppendAnswer>> {
    return outcomeOf(done => {
      const call = this.stub.append(this.metadata, done as never)
      for (const request of requests) call.write(request)
      call.end()
    })
  }

  append(stream: string, sent: readonly Sent[], expected = 'any'): Promise<Outcome<AppendAnswer>> {
    return this.appendMessages([appendOptions(stream, expected), ...sent.map(appendEvent)])
  }

  delete(stream: string, expected = 'any'): Promise<Outcome<DeleteAnswer>> {
    const options = expecting(new messages.DeleteReq.Options(), expected)
    options.setStreamIdentifier(streamIdentifier(stream))
    const request = new messages.DeleteReq()
    request.setOptions(options)
    return outcomeOf(done => this.stub.delete(request, this.metadata, done as never))
  }

  tombstone(stream: string, expected = 'any'): Promise<Outcome<DeleteAnswer>> {
    const options = expecting(new messages.TombstoneReq.Options(), expected)
    options.setStreamIdentifier(streamIdentifier(stream))
    const request = new messages.TombstoneReq()
    request.setOptions(options)
    return outcomeOf(done => this.stub.tombstone(request, this.metadata, done as never))
  }
}

/** An answer in words: `at 2`, `is 2`, `deleted`, …, and where in the log the last event stands. */
export interface Told {
  readonly words: string
  readonly position: bigint | undefined
}
const told = (words: string, position?: string): Told => ({
  words,
  position: position === undefined ? undefined : BigInt(position),
})

/** A refusal by status in words. */
export function refused({ code, trailers }: Ended): Told {
  if (trailers.exception === 'stream-deleted') return told('deleted')
  if (trailers.exception === 'wrong-expected-version')
    return told(`is ${trailers['actual-version']}`)
  return told(`${code} ${trailers.exception ?? ''}`.trim())
}

export function toldOfAppend(outcome: Outcome<AppendAnswer>): Told {
  if ('ended' in outcome) return refused(outcome.ended)
  const wrong = outcome.answer.getWrongExpectedVersion()
  if (wrong)
    return told(`is ${wrong.hasCurrentNoStream() ? 'nothing' : wrong.getCurrentRevision()}`)
  const success = outcome.answer.getSuccess()
  const revision = success?.hasNoStream() ? 'nothing' : success?.getCurrentRevision()
  return told(`at ${revision}`, success?.getPosition()?.getCommitPosition())
}

export function toldOfDelete(outcome: Outcome<DeleteAnswer>): Told {
  if ('ended' in outcome) return refused(outcome.ended)
  return told('done', outcome.answer.getPosition()?.getCommitPosition())
}
