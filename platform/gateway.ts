// The one origin of the site: reading methods go to the read side, all others to the write side.
//
// On node:http rather than http-proxy-3: that one leaves a client hanging when a service dies within
// its answer, and believes a client's own X-Forwarded fields.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type DiscardBounds, discardRest } from '@cryptotalks/shared-kernel/http/discard-rest'
import { answerProbe, type Traffic } from './gateway/probes.ts'
import { OVERLOADED, problemBody, refuse } from './gateway/refusal.ts'
import { createUpstream, type Upstream } from './gateway/upstream.ts'
import type { Log } from './processes/json-log.ts'

export interface GatewayOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly readSideUrl: string
  readonly writeSideUrl: string
  /** Set behind a proxy of one's own that ends TLS: believes its X-Forwarded fields. */
  readonly trustProxy?: boolean
  readonly log: Log
  /** Requests at the same time; one more is refused with a 503. */
  readonly maxInFlight?: number
  readonly answerWithinMs?: number
  readonly silentAtMostMs?: number
  /** How much is read of a request that was answered before it was whole. */
  readonly mostDiscarded?: DiscardBounds
}

export interface Gateway {
  readonly port: number
  /** Takes no more requests, gives those under way a few seconds, then cuts them. */
  stop(): Promise<void>
}

const MAX_IN_FLIGHT = 1_000
const ANSWER_WITHIN_MS = 30_000
const SILENT_AT_MOST_MS = 120_000
const HEADERS_WITHIN_MS = 15_000
/** For a whole upload: 100 MB over a slow line. */
const REQUEST_WITHIN_MS = 10 * 60_000
const KEEP_ALIVE_MS = 30_000
const STOP_WITHIN_MS = 5_000

/** Resolves when the gateway listens; rejects when it can't. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const maxInFlight = options.maxInFlight ?? MAX_IN_FLIGHT
  const upstream = (name: string, url: string) =>
    createUpstream({
      name,
      url,
      maxSockets: maxInFlight,
      trustProxy: options.trustProxy ?? false,
      answerWithinMs: options.answerWithinMs ?? ANSWER_WITHIN_MS,
      silentAtMostMs: options.silentAtMostMs ?? SILENT_AT_MOST_MS,
      onReachable: (reachable, cause) =>
        reachable
          ? options.log('info', `${name} answers again`)
          : options.log('warn', `${name} does not answer`, { err: cause?.message }),
    })
  const readSide = upstream('read-side', options.readSideUrl)
  const writeSide = upstream('write-side', options.writeSideUrl)
  const traffic: Traffic = { inFlight: 0, answered: new Map() }

  const server = createServer(
    {
      headersTimeout: HEADERS_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      discardRest(request, response, options.mostDiscarded)
      if (answerProbe(request, response, [readSide, writeSide], traffic)) return
      if (traffic.inFlight >= maxInFlight) return refuse(request, response, OVERLOADED)
      const chosen = isReading(request) ? readSide : writeSide
      countTraffic(traffic, chosen, response)
      chosen.pass(request, response)
    },
  )
  server.on('request', (request, response) => {
    // Node closes what is idle when a stop begins, but keeps what becomes idle later.
    const closeIdle = () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    }
    request.once('close', closeIdle)
    response.once('close', closeIdle)
  })
  server.on('clientError', answerUnreadable)
  await listen(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      await close(server)
      readSide.close()
      writeSide.close()
    },
  }
}

const isReading = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD'

function countTraffic(traffic: Traffic, upstream: Upstream, response: ServerResponse): void {
  traffic.inFlight++
  response.once('close', () => {
    traffic.inFlight--
    const outcome = response.writableFinished
      ? `${Math.floor(response.statusCode / 100)}xx`
      : 'aborted'
    const key = `${upstream.name} ${outcome}`
    traffic.answered.set(key, (traffic.answered.get(key) ?? 0) + 1)
  })
}

/** Answers what node could not read as a request, as far as the connection still takes words. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, title] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'headers-too-large', 'Request Header Fields Too Large'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'request-timeout', 'Request Timeout'] as const)
        : ([400, 'malformed-request', 'Bad Request'] as const)
  const body = problemBody({
    status,
    code,
    title,
    detail: 'This is not a request that HTTP knows.',
  })
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function listen(server: Server, { host, port }: GatewayOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    const cut = setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
