// One gRPC call over an HTTP/2 stream: messages in, frames out, a status at the end.
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { MessageReader } from './framing.ts'
import { Outbox } from './outbox.ts'
import { ANONYMOUS, type Principal } from './principal.ts'
import { GrpcError, Status, type StatusCode, trailersOf } from './status.ts'

/** Frames that become ready together leave in writes of about this size. */
const WRITE_BYTES = 64 * 1024
/** With more than this on its way to a reader, a sender should wait. */
const HIGH_WATER_BYTES = 256 * 1024
const RESPONSE_HEADERS = { ':status': 200, 'content-type': 'application/grpc' }

const TIMEOUT_UNITS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
}
/** The longest that a timer of Node's takes; a deadline beyond it is none. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The call's `grpc-timeout` in milliseconds, if it has one. */
export function timeoutOf(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['grpc-timeout']
  const match = typeof value === 'string' ? /^(\d{1,8})([HMSmun])$/.exec(value) : null
  return match ? Number(match[1]) * (TIMEOUT_UNITS[match[2] as string] as number) : undefined
}

/** What a handler hears of the client. */
export interface CallListener {
  onMessage?(message: Buffer): void
  /** The client will send no more. */
  onHalfClose?(): void
}

/**
 * The server's side of a call. After `end` or `fail`, or when the client has gone, `closed` is true and everything
 * that is sent is dropped.
 */
export class Call {
  readonly headers: IncomingHttpHeaders
  /** Who makes the call; known before its handler hears of it. */
  principal: Principal = ANONYMOUS
  /** Whether it has nothing to do with what the store holds, and can go on when that is another. */
  outlastsContents = false
  #stream: ServerHttp2Stream
  readonly #outbox = new Outbox()
  #unsent = 0
  #flushing = false
  #trailers: Record<string, string> | undefined
  #closed = false
  #onClose: (() => void)[] = []
  #onReady: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream
    this.headers = headers
    stream.on('close', () => this.#close())
    stream.on('error', () => this.#close())
    const timeout = timeoutOf(headers)
    if (timeout !== undefined && timeout < LONGEST_TIMER_MS) {
      this.#timer = setTimeout(
        () => this.end(Status.DEADLINE_EXCEEDED, 'Deadline Exceeded'),
        timeout,
      )
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Whether so much is on its way to the client that more would pile up. */
  get congested(): boolean {
    return this.#outbox.bytes + this.#unsent > HIGH_WATER_BYTES
  }

  /** Calls back once, when the call has ended for whatever reason. */
  onClose(listener: () => void): void {
    if (this.#closed) listener()
    else this.#onClose.push(listener)
  }

  /** Begins to read what the client sends. A `GrpcError` that a listener throws ends the call. */
  listen({ onMessage, onHalfClose }: CallListener): void {
    const reader = new MessageReader()
    const take = (message: Buffer): void => {
      if (!this.#closed) onMessage?.(message)
    }
    this.#stream.on('data', (chunk: Buffer) => {
      this.attempt(() => reader.push(chunk, take))
      if (this.congested) void this.#pause()
    })
    this.#stream.on('end', () =>
      this.attempt(() => {
        reader.end()
        if (!this.#closed) onHalfClose?.()
      }),
    )
  }

  /** Does something on behalf of the call; what it throws ends the call. */
  attempt(action: () => void): void {
    if (this.#closed) return
    try {
      action()
    } catch (error) {
      this.fail(error)
    }
  }

  /** Queues a copy of a frame; frames of one turn of the event loop leave together. */
  send(frame: Buffer): void {
    if (this.#closed) return
    this.#outbox.add(frame)
    if (this.#outbox.bytes >= WRITE_BYTES) this.#flush()
    else if (!this.#flushing) {
      this.#flushing = true
      process.nextTick(() => this.#flush())
    }
  }

  /** Resolves when more may be sent: true, or false if the call has ended meanwhile. */
  async ready(): Promise<boolean> {
    while (this.congested && !this.#closed) {
      await new Promise<void>(resolve => this.#onReady.push(resolve))
    }
    return !this.#closed
  }

  /** Ends the call; what was sent before still arrives. */
  end(
    code: StatusCode = Status.OK,
    message?: string,
    trailers?: Readonly<Record<string, string>>,
  ): void {
    if (this.#closed) return
    this.#flush()
    this.#trailers = trailersOf(code, message, trailers)
    if (!this.#stream.headersSent) {
      this.#stream.respond({ ...RESPONSE_HEADERS, ...this.#trailers }, { endStream: true })
    } else {
      this.#stream.end()
    }
    // A client that still sends would otherwise keep the stream open: what it sends is passed over.
    this.#stream.resume()
    this.#close()
  }

  /** Ends the call with an error: a `GrpcError` as it says, anything else as a fault of the server. */
  fail(error: unknown): void {
    if (error instanceof GrpcError) this.end(error.code, error.message, error.trailers)
    else {
      const words = error instanceof Error ? error.message : String(error)
      this.end(Status.UNKNOWN, `Unexpected error: ${words}`)
    }
  }

  #flush(): void {
    this.#flushing = false
    if (this.#closed || this.#outbox.bytes === 0) return
    if (!this.#stream.headersSent) {
      this.#stream.respond(RESPONSE_HEADERS, { waitForTrailers: true })
      this.#stream.on('wantTrailers', () =>
        this.#stream.sendTrailers(this.#trailers ?? trailersOf(Status.UNKNOWN)),
      )
    }
    const bytes = this.#outbox.take()
    this.#unsent += bytes.length
    this.#stream.write(bytes, () => {
      this.#unsent -= bytes.length
      if (!this.congested) this.#wake()
    })
  }

  /** A client that does not take its answers is not listened to any further. */
  async #pause(): Promise<void> {
    this.#stream.pause()
    if (await this.ready()) this.#stream.resume()
  }

  #wake(): void {
    for (const resolve of this.#onReady.splice(0)) resolve()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.#outbox.clear()
    this.#wake()
    for (const listener of this.#onClose.splice(0)) listener()
  }
}
