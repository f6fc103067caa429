// A Koa app on a port, with the time-outs that keep slow clients from holding it and a stop that lets answers finish.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'
import { type DiscardBounds, discardRest } from './discard-rest.ts'

export interface Listening {
  /** The port it listens on: the one asked for, or the free one that 0 found. */
  readonly port: number
  /** Takes no more requests, lets those under way finish within the bound, then cuts what is left. */
  stop(): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly stopWithinSeconds?: number
  /** How much is read of a request that was answered before it was whole. */
  readonly mostDiscarded?: DiscardBounds
}

// The gateway takes 16 KiB and adds a few fields of its own.
const mostHeaderBytes = 20 * 1024
const requestTimeoutMilliseconds = 30_000
const headersTimeoutMilliseconds = 10_000
// Longer than the gateway keeps an idle connection to us, so that it is never we who close one it is about to use.
const keepAliveTimeoutMilliseconds = 65_000

/** Resolves when the app listens; rejects when it can't. */
export async function listen(app: Koa, options: ListenOptions): Promise<Listening> {
  const { host, port, stopWithinSeconds = 5, mostDiscarded } = options
  const server = createServer(
    {
      maxHeaderSize: mostHeaderBytes,
      requestTimeout: requestTimeoutMilliseconds,
      headersTimeout: headersTimeoutMilliseconds,
      keepAliveTimeout: keepAliveTimeoutMilliseconds,
    },
    app.callback(),
  )
  server.on('request', (request, response) => {
    discardRest(request, response, mostDiscarded)
    // Node closes what is idle when a stop begins, but keeps what becomes idle later.
    const closeIdle = () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    }
    request.once('close', closeIdle)
    response.once('close', closeIdle)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port: bound } = server.address() as AddressInfo
  return { port: bound, stop: () => stop(server, stopWithinSeconds) }
}

function stop(server: Server, withinSeconds: number): Promise<void> {
  return new Promise(resolve => {
    const cut = setTimeout(() => server.closeAllConnections(), withinSeconds * 1_000)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
