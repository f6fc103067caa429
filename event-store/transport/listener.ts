// One port for both protocols: the first bytes of a connection say whether it speaks HTTP/2 or HTTP/1.1.
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { GrpcServer } from './grpc-server.ts'

/** The HTTP/2 preface begins so, and no method of HTTP/1.1 does. */
const PREFACE = Buffer.from('PRI')
/** A connection that says nothing for so long is closed. */
const FIRST_BYTES_MS = 30_000

/** A port that is open. */
export interface Listener {
  readonly port: number
  /** Stops accepting, says goodbye, and hangs up after the grace period. */
  close(graceMs: number): Promise<void>
}

function sniff(socket: Socket, http2: GrpcServer, http1: Server): void {
  socket.setNoDelay(true)
  const timer = setTimeout(() => socket.destroy(), FIRST_BYTES_MS)
  socket.on('close', () => clearTimeout(timer))
  socket.on('error', () => socket.destroy())
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

/**
 * Opens the port; 0 takes a free one. Rejects with the system's error where it can't be opened.
 */
export async function listen(
  grpc: GrpcServer,
  pages: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Listener> {
  const http1 = createHttpServer(pages)
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    sniff(socket, grpc, http1)
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
