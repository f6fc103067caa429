// One port for both protocols: the first bytes of a connection, or what TLS agreed on, say whether it speaks HTTP/2.
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import type { GrpcServer } from './grpc-server.ts'
import type { KeyPair } from './self-signed.ts'

/** The HTTP/2 preface begins so, and no method of HTTP/1.1 does. */
const PREFACE = Buffer.from('PRI')
/** A connection that says nothing for so long, or has not agreed on TLS by then, is closed. */
const FIRST_BYTES_MS = 30_000

/** A port that is open. */
export interface Listener {
  readonly port: number
  /** Stops accepting, says goodbye, and hangs up after the grace period. */
  close(graceMs: number): Promise<void>
}

function sniff(socket: Socket, http2: GrpcServer, http1: Server): void {
  const timer = setTimeout(() => socket.destroy(), FIRST_BYTES_MS)
  socket.on('close', () => clearTimeout(timer))
  let seen = Buffer.alloc(0)
  const look = (): void => {
    const chunk = socket.read() as Buffer | null
    if (!chunk) return
    seen = Buffer.concat([seen, chunk])
    if (seen.length < PREFACE.length) return
    clearTimeout(timer)
    socket.off('readable', look)
    socket.unshift(seen)
    const target = seen.subarray(0, PREFACE.length).equals(PREFACE) ? http2.server : http1
    target.emit('connection', socket)
  }
  socket.on('readable', look)
}

/** Where to listen. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Left out for connections in the clear. */
  readonly tls?: KeyPair | undefined
}

function serverWith({ cert, key }: KeyPair): TlsServer {
  try {
    const ALPNProtocols = ['h2', 'http/1.1']
    return createTlsServer({ cert, key, ALPNProtocols, handshakeTimeout: FIRST_BYTES_MS })
  } catch (cause) {
    const words = (cause as Error).message
    throw new TypeError(`The certificate and its key can't be used: ${words}`, { cause })
  }
}

function tlsServer(pair: KeyPair, http2: GrpcServer, http1: Server): NetServer {
  const server = serverWith(pair)
  server.on('secureConnection', socket => {
    socket.on('error', () => socket.destroy())
    const target = socket.alpnProtocol === 'h2' ? http2.server : http1
    target.emit('connection', socket)
  })
  server.on('tlsClientError', (_, socket: TLSSocket) => socket.destroy())
  return server
}

/**
 * Opens the port; 0 takes a free one. Rejects with the system's error where it can't be opened.
 */
export async function listen(
  grpc: GrpcServer,
  pages: RequestListener,
  { host, port, tls }: Endpoint,
): Promise<Listener> {
  const http1 = createHttpServer(pages)
  const sockets = new Set<Socket>()
  const server = tls
    ? tlsServer(tls, grpc, http1)
    : createServer(socket => sniff(socket, grpc, http1))
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 1024 }, () => resolve())
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs) {
      const stopped = new Promise<void>(resolve => server.close(() => resolve()))
      await grpc.close(graceMs)
      http1.closeAllConnections()
      for (const socket of sockets) socket.destroy()
      await stopped
    },
  }
}
