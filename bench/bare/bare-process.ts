// How the bare programs are configured and found: by environment, and by the line they print, as all processes here are.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A variable that has to be set. */
export function environment(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}

/** Listens on any free port and says on which. */
export function announce(handle: RequestListener): void {
  const server = createServer(handle).listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    console.log(JSON.stringify({ msg: 'listening', port }))
  })
  process.once('SIGTERM', () => process.exit(0))
}
