// Routes HTTP/2 streams to gRPC methods, and keeps track of the sessions and calls that are open.
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { Call } from './call.ts'
import { type Principal, SYSTEM } from './principal.ts'
import { GrpcError, Status, trailersOf } from './status.ts'

/** Takes a call as it comes in; what it throws at once ends the call. */
export type Handler = (call: Call) => void
/** Handlers by full path, `/package.Service/Method`. */
export type Routes = ReadonlyMap<string, Handler>
/** Finds out who makes a call of a path, in lower case, or why it is refused; a promise where that takes time. */
export type Admission = (
  path: string,
  headers: IncomingHttpHeaders,
) => Principal | GrpcError | Promise<Principal | GrpcError>

/** A window of one MiB a stream and eight a session keep large batches flowing. */
const STREAM_WINDOW_BYTES = 1024 * 1024
const SESSION_WINDOW_BYTES = 8 * 1024 * 1024
const MAX_FRAME_BYTES = 128 * 1024
/** Far more calls at once than a client makes: thousands of idle subscriptions share one connection. */
const MAX_CONCURRENT_STREAMS = 50_000
/** Megabytes of memory that one session may hold in frames of unread messages. */
const MAX_SESSION_MEMORY_MB = 256

/** How often a client is asked whether it is still there, unless something else is wanted. */
const PING_MS = 10_000
/** One that leaves so many in a row unanswered is gone; one that is busy with large appends may leave a few. */
const MOST_UNANSWERED = 3

/** The gRPC side of the server: give it connections with `server.emit('connection', socket)`. */
export class GrpcServer {
  readonly server: Http2Server
  readonly #routes: Routes
  readonly #services: ReadonlySet<string>
  readonly #admission: Admission
  readonly #pingMs: number
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #calls = new Set<Call>()

  constructor(
    routes: Routes,
    admission: Admission = () => SYSTEM,
    { pingMs = PING_MS }: { readonly pingMs?: number } = {},
  ) {
    this.#admission = admission
    this.#pingMs = pingMs
    // The real server matches paths without regard to case, and its method list is in lower case.
    this.#routes = new Map([...routes].map(([path, handler]) => [path.toLowerCase(), handler]))
    this.#services = new Set([...this.#routes.keys()].map(path => path.split('/')[1] as string))
    this.server = createServer({
      settings: {
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxFrameSize: MAX_FRAME_BYTES,
        maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
      },
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
    })
    this.server.on('session', session => this.#hold(session))
    this.server.on('sessionError', () => {})
    this.server.on('stream', (stream, headers) => this.#take(stream, headers))
  }

  /** Ends all calls that are open; clients may try again. */
  endCalls(reason: string): void {
    for (const call of this.#calls) call.end(Status.UNAVAILABLE, reason)
  }

  /** Ends those that are about what the store holds; clients may try again. */
  endCallsOnContents(reason: string): void {
    for (const call of this.#calls) {
      if (!call.outlastsContents) call.end(Status.UNAVAILABLE, reason)
    }
  }

  /** Ends the open calls of somebody who may not go on. */
  endCallsOf(principal: Principal): void {
    for (const call of this.#calls) {
      if (call.principal === principal) call.end(Status.UNAUTHENTICATED, 'Unauthenticated')
    }
  }

  /** Says goodbye to all clients, gives them a moment, then hangs up. */
  async close(graceMs: number): Promise<void> {
    this.endCalls('The server is shutting down.')
    for (const session of this.#sessions) if (!session.destroyed) session.close()
    await Promise.race([
      Promise.all([...this.#sessions].map(session => closed(session))),
      new Promise(resolve => setTimeout(resolve, graceMs)),
    ])
    for (const session of this.#sessions) session.destroy()
  }

  #hold(session: ServerHttp2Session): void {
    session.setLocalWindowSize(SESSION_WINDOW_BYTES)
    this.#sessions.add(session)
    const pings = pinged(session, this.#pingMs)
    session.on('close', () => {
      clearInterval(pings)
      this.#sessions.delete(session)
    })
    // A connection that breaks ends its calls; there is nobody to tell.
    session.on('error', () => {})
  }

  #take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // An error of the stream closes it; the call hears of that.
    stream.on('error', () => {})
    if (!/^application\/grpc($|[+;])/.test(headers['content-type'] ?? '')) {
      stream.respond({ ':status': 415 }, { endStream: true })
      return
    }
    const path = String(headers[':path'] ?? '').toLowerCase()
    const handler = this.#routes.get(path)
    if (!handler) {
      const what = this.#services.has(path.split('/')[1] ?? '') ? 'Method' : 'Service'
      refuse(stream, `${what} is unimplemented: ${headers[':path']}`)
      return
    }
    if (![undefined, 'identity'].includes(headers['grpc-encoding'] as string | undefined)) {
      refuse(stream, `The encoding ${headers['grpc-encoding']} is not supported.`)
      return
    }
    const call = new Call(stream, headers)
    this.#calls.add(call)
    call.onClose(() => this.#calls.delete(call))
    const admitted = this.#admission(path, headers)
    if (admitted instanceof Promise) {
      admitted.then(
        who => begin(call, who, handler),
        error => call.fail(error),
      )
    } else begin(call, admitted, handler)
  }
}

function begin(call: Call, admitted: Principal | GrpcError, handler: Handler): void {
  if (admitted instanceof GrpcError) {
    call.fail(admitted)
    return
  }
  call.principal = admitted
  call.attempt(() => handler(call))
}

function pinged(session: ServerHttp2Session, pingMs: number): NodeJS.Timeout {
  let unanswered = 0
  const ping = (): void => {
    if (unanswered === MOST_UNANSWERED) session.destroy()
    if (session.destroyed) return
    unanswered++
    session.ping(error => {
      if (!error) unanswered = 0
    })
  }
  return setInterval(ping, pingMs).unref()
}

function refuse(stream: ServerHttp2Stream, words: string): void {
  const trailers = trailersOf(Status.UNIMPLEMENTED, words)
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', ...trailers },
    { endStream: true },
  )
  stream.resume()
}

const closed = (session: ServerHttp2Session): Promise<void> =>
  new Promise(resolve => (session.destroyed ? resolve() : session.once('close', () => resolve())))

/** A method that takes one message: the handler gets it once it has arrived. */
export function unary(handle: (request: Buffer, call: Call) => void | Promise<void>): Handler {
  return call => {
    let request: Buffer | undefined
    call.listen({
      onMessage: message => {
        if (request) throw new GrpcError(Status.INTERNAL, 'More than one request message.')
        request = message
        // Nothing is gained by waiting for the half-close: reads are answered as soon as they are understood.
        void answer(message)
      },
      onHalfClose: () => {
        if (!request) throw new GrpcError(Status.INTERNAL, 'The request message is missing.')
      },
    })
    const answer = async (message: Buffer): Promise<void> => {
      try {
        await handle(message, call)
      } catch (error) {
        call.fail(error)
      }
    }
  }
}
