// Free TCP ports on the loopback address.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/**
 * A port nobody listens on at this moment. Another process may take it before the caller does:
 * whoever can listen on port 0 itself should.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
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
