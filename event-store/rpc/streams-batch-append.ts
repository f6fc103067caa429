// Streams.BatchAppend: many appends over one call, each told apart by its correlation id.
import {
  type AppendOptions,
  type BatchAppendRequest,
  decodeBatchAppendRequest,
} from '../protocol/append-request.ts'
import { type BatchRefusal, batchError, batchSuccess } from '../protocol/append-response.ts'
import type { NewEvent } from '../protocol/recorded-event.ts'
import { CommitTimeout, StoreFull } from '../storage/errors.ts'
import type { Store } from '../store.ts'
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
import type { Handler } from '../transport/grpc-server.ts'
import { GrpcError, Status } from '../transport/status.ts'
import { understood } from './understood.ts'

/** The longest that the chunks of one append may take, whatever its writer says. */
const MAX_CHUNKS_MS = 2000
/** What the unfinished appends of one call may weigh together. */
const MAX_UNFINISHED_BYTES = 64 * 1024 * 1024
/** How many appends of one call may be unfinished. */
const MAX_UNFINISHED = 10_000

/** An append whose last chunk has not come yet. */
interface Unfinished {
  readonly correlationId: Buffer
  readonly stream: string
  readonly target: Target
  readonly events: NewEvent[]
  readonly timer: NodeJS.Timeout | undefined
  dataBytes: number
  allBytes: number
}

const asRefusal = (fault: ProposalFault): BatchRefusal =>
  fault.kind === 'bad-request'
    ? fault
    : { kind: 'bad-request', reason: `Required metadata property '${fault.property}' is missing.` }

function failureOf(error: unknown): BatchRefusal {
  if (error instanceof CommitTimeout) return { kind: 'timeout' }
  const reason = error instanceof Error ? error.message : String(error)
  return { kind: error instanceof StoreFull ? 'no-room' : 'unknown', reason }
}

function timeLeft({ deadline }: AppendOptions): number {
  if (!deadline) return MAX_CHUNKS_MS
  const left = 'at' in deadline ? deadline.at - Date.now() : deadline.after
  return Math.min(left, MAX_CHUNKS_MS)
}

/** Serves `Streams.BatchAppend`. */
export const batchAppend =
  (store: Store): Handler =>
  call => {
    new BatchAppendCall(store, call).start()
  }

class BatchAppendCall {
  readonly #store: Store
  readonly #call: Call
  readonly #unfinished = new Map<string, Unfinished>()
  /** Refused before their last chunk: what still comes of them is passed over. */
  readonly #refused = new Set<string>()
  #unfinishedBytes = 0
  #unanswered = 0
  #halfClosed = false

  constructor(store: Store, call: Call) {
    this.#store = store
    this.#call = call
  }

  start(): void {
    // Clients keep it open for all that they will ever append.
    this.#call.outlastsContents = true
    this.#call.onClose(() => {
      for (const { timer } of this.#unfinished.values()) clearTimeout(timer)
    })
    this.#call.listen({
      onMessage: message => {
        this.#take(
          understood(() => decodeBatchAppendRequest(message)),
          message.length,
        )
      },
      onHalfClose: () => {
        this.#halfClosed = true
        this.#endIfDone()
      },
    })
  }

  #take(chunk: BatchAppendRequest, bytes: number): void {
    if (!chunk.correlationId) {
      const refusal = { kind: 'bad-request', reason: 'The correlation id is missing.' } as const
      this.#call.send(batchError(undefined, chunk.options?.stream, refusal))
      return
    }
    const key = chunk.correlationId.toString('latin1')
    if (this.#refused.has(key)) {
      if (chunk.isFinal) this.#refused.delete(key)
      return
    }
    const append = this.#unfinished.get(key) ?? this.#begin(key, chunk)
    if (!append) return
    const refusal = this.#add(append, chunk, bytes)
    if (refusal) this.#refuse(key, append, refusal, chunk.isFinal)
    else if (chunk.isFinal) this.#finish(key, append)
  }

  #begin(
    key: string,
    { correlationId, options, isFinal }: BatchAppendRequest,
  ): Unfinished | undefined {
    const id = correlationId as Buffer
    const refuse = (refusal: BatchRefusal): undefined => {
      if (!isFinal) this.#refused.add(key)
      this.#call.send(batchError(id, options?.stream, refusal))
    }
    if (!options) return refuse({ kind: 'bad-request', reason: 'The options are missing.' })
    const target = targetOf(options)
    if ('kind' in target) return refuse(asRefusal(target))
    if (!this.#store.access.allows(this.#call.principal, 'write', target.stream)) {
      return refuse({ kind: 'access-denied' })
    }
    const left = timeLeft(options)
    if (left <= 0) return refuse({ kind: 'timeout' })
    if (this.#unfinished.size + this.#refused.size >= MAX_UNFINISHED) {
      throw new GrpcError(Status.RESOURCE_EXHAUSTED, 'Too many unfinished appends.')
    }
    const append: Unfinished = {
      correlationId: id,
      stream: target.stream,
      target,
      events: [],
      timer: isFinal ? undefined : setTimeout(() => this.#timeOut(key), left),
      dataBytes: 0,
      allBytes: 0,
    }
    this.#unfinished.set(key, append)
    return append
  }

  #add(
    append: Unfinished,
    { events }: BatchAppendRequest,
    bytes: number,
  ): BatchRefusal | undefined {
    append.allBytes += bytes
    this.#unfinishedBytes += bytes
    if (this.#unfinishedBytes > MAX_UNFINISHED_BYTES) {
      throw new GrpcError(Status.RESOURCE_EXHAUSTED, 'The unfinished appends are too large.')
    }
    for (const event of events) append.dataBytes += event.data.length
    if (append.dataBytes > MAX_APPEND_BYTES || append.allBytes > MAX_PROPOSAL_BYTES) {
      return { kind: 'too-large', limit: MAX_APPEND_BYTES }
    }
    for (const event of events) {
      const checked = newEvent(event)
      if (isFault(checked)) return asRefusal(checked)
      append.events.push(checked)
    }
    return undefined
  }

  #timeOut(key: string): void {
    const append = this.#unfinished.get(key)
    if (append) this.#refuse(key, append, { kind: 'timeout' }, false)
  }

  #remove(key: string, append: Unfinished): void {
    clearTimeout(append.timer)
    this.#unfinished.delete(key)
    this.#unfinishedBytes -= append.allBytes
  }

  #refuse(key: string, append: Unfinished, refusal: BatchRefusal, isFinal: boolean): void {
    this.#remove(key, append)
    if (!isFinal) this.#refused.add(key)
    this.#call.send(batchError(append.correlationId, append.stream, refusal))
  }

  #finish(key: string, append: Unfinished): void {
    this.#remove(key, append)
    const { correlationId, stream, events } = append
    this.#unanswered++
    const answer = (frame: Buffer): void => {
      this.#unanswered--
      this.#call.send(frame)
      this.#endIfDone()
    }
    this.#store.writeForClient(
      writer => writer.append(stream, append.target.expected, events),
      outcome =>
        answer(
          outcome.kind === 'appended'
            ? batchSuccess(correlationId, stream, outcome)
            : batchError(correlationId, stream, outcome),
        ),
      error => answer(batchError(correlationId, stream, failureOf(error))),
    )
  }

  #endIfDone(): void {
    if (this.#halfClosed && this.#unanswered === 0) this.#call.end()
  }
}
