// Free TCP ports on the loopback address.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/*
 * Below the ports that systems hand out for outgoing connections (32768 and up on Linux): a process
 * that is restarted finds its port still free.
 */
const FROM = 20_000
const SLICES = 40
const PORTS_A_SLICE = 300
const TRIES = 200

/** Two launchers that start side by side would else pick a port between the other's look at it and its use. */
const from = FROM + (process.pid % SLICES) * PORTS_A_SLICE
const given = new Set<number>()

/**
 * A port nobody listens on at this moment. Another process may take it before the caller does:
 * whoever can listen on port 0 itself should.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = from + randomInt(PORTS_A_SLICE)
    // Once all were given out, those of processes that have ended come round again.
    if (given.size === PORTS_A_SLICE) given.clear()
    if (given.has(port)) continue
    given.add(port)
    if ((await canListen('127.0.0.1', port)).ok) return port
  }
  throw new Error(`Found no free port from ${from} to ${from + PORTS_A_SLICE}`)
}

/** Whether `host:port` can be listened on now; `code` says why not (EADDRINUSE, EACCES, ...). */
export function canListen(
  host: string,
  port: number,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly code: string }> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ ok: false, code: error.code ?? error.message }),
    )
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve({ ok: true })))
  })
}
