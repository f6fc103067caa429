// The one origin of the site: takes connections, gives each request a slot, and answers in the order of asking.
//
// What may pass is decided in gateway/examine-request.ts; what it is framed as on its way is undici's affair
// (docs/decisions/012).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { addressKey } from '@cryptotalks/shared-kernel/http/address-key'
import { discardRest } from '@cryptotalks/shared-kernel/http/discard-rest'
import { AnswerQueue } from './gateway/answer-queue.ts'
import { clientOf, peerOf } from './gateway/client-address.ts'
import { PASSED_METHODS } from './gateway/examine-request.ts'
import { Exchange, type ExchangeOptions } from './gateway/exchange.ts'
import { createGatewayContext, type GatewayContext } from './gateway/gateway-context.ts'
import type { GatewayOptions } from './gateway/options.ts'
import {
  HEADERS_TOO_LARGE,
  methodNotAllowed,
  REQUEST_TIMEOUT,
  type Refusal,
  UNREADABLE,
} from './gateway/refusal.ts'
import type { Full } from './gateway/slots.ts'

export type { GatewayOptions } from './gateway/options.ts'

export interface Gateway {
  readonly port: number
  /** Takes no more requests, gives those under way a few seconds, then cuts them. */
  stop(): Promise<void>
}

const STOP_WITHIN_MS = 5_000
/** For the request line and all fields. The services take more, since we add some of our own. */
const MOST_HEADER_BYTES = 16 * 1024
/** How often Node looks for requests that take too long. */
const LOOK_EVERY_MS = 2_000
/** A connection that has no slot is heard once, so that its client is told, but not for long. */
const WITHOUT_SLOT_WITHIN_MS = 2_000

/** One connection of a client. */
interface Connection {
  readonly queue: AnswerQueue
  /** Why it has no slot, where it has none. */
  readonly full: Full | undefined
}

/** Resolves when the gateway listens; rejects when it can't. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const context = createGatewayContext(options)
  const connections = new WeakMap<Duplex, Connection>()
  const { bounds } = context
  const server = createServer({
    maxHeaderSize: MOST_HEADER_BYTES,
    insecureHTTPParser: false,
    // Node would answer out of turn; we look ourselves.
    requireHostHeader: false,
    headersTimeout: bounds.headersWithinMs,
    requestTimeout: bounds.requestWithinMs,
    keepAliveTimeout: bounds.idleAtMostMs,
    connectionsCheckingInterval: LOOK_EVERY_MS,
  })
  // Node would leave out what comes after the 2,000th field, but frame the request by it; we see all, and count.
  server.maxHeadersCount = 0
  server.on('connection', socket => connections.set(socket, connectionOf(socket, context)))

  const receive =
    (expects: ExchangeOptions['expects']) =>
    (request: IncomingMessage, response: ServerResponse) => {
      const { queue, full } = connections.get(request.socket) as Connection
      discardRest(request, response, bounds.mostDiscarded)
      closeWhenStopping(server, request, response)
      if (full !== undefined) response.shouldKeepAlive = false
      const client = clientOf(request, options.trustProxy ?? false)
      const key = addressKey(client.address)
      const slot = full ?? context.inFlight.take(key)
      queue.add(
        new Exchange({ request, response, expects, client, addressKey: key, slot, context, queue }),
      )
    }
  server.on('request', receive('nothing'))
  server.on('checkContinue', receive('to go on'))
  server.on('checkExpectation', receive('something else'))
  server.on('connect', (_request, socket) => {
    // Node leaves such a connection to us, and reads no more of it.
    socket.on('error', () => socket.destroy())
    socket.resume()
    connections.get(socket)?.queue.unreadable(methodNotAllowed(PASSED_METHODS))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const connection = connections.get(socket)
    if (error.code === 'ECONNRESET' || connection === undefined || !socket.writable) {
      socket.destroy()
    } else connection.queue.unreadable(unreadableBecause(error))
  })
  await listen(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      await close(server)
      await context.close()
    },
  }
}

function connectionOf(socket: Socket, { connections, withoutSlot }: GatewayContext): Connection {
  const queue = new AnswerQueue(socket)
  const address = addressKey(peerOf({ socket }))
  const slot = connections.take(address)
  if (typeof slot !== 'string') {
    socket.once('close', slot)
    return { queue, full: undefined }
  }
  const lastPlace = withoutSlot.take(address)
  if (typeof lastPlace === 'string') socket.destroy()
  else socket.once('close', lastPlace)
  setTimeout(() => socket.destroy(), WITHOUT_SLOT_WITHIN_MS).unref()
  return { queue, full: slot }
}

function unreadableBecause({ code }: NodeJS.ErrnoException): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return HEADERS_TOO_LARGE
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? REQUEST_TIMEOUT : UNREADABLE
}

/** Node closes what is idle when a stop begins, but keeps what becomes idle later. */
function closeWhenStopping(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const closeIdle = () => {
    if (!server.listening) setImmediate(() => server.closeIdleConnections())
  }
  request.once('close', closeIdle)
  response.once('close', closeIdle)
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
