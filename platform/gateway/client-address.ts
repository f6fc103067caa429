// Who sent a request, as far as that can be known: the peer, or whom a trusted proxy saw.
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostnameOf } from './host-rule.ts'

/** What the services are told of the visitor, each as exactly one value. */
export interface Client {
  readonly address: string
  readonly protocol: 'http' | 'https'
  readonly host: string
}

/**
 * A proxy adds what it saw at the end of a list that the visitor may have begun, so only the last entry counts. What is
 * no address (no protocol, no name) there counts for nothing, and the peer's own is taken.
 */
export function clientOf(request: IncomingMessage, trustProxy: boolean): Client {
  const claimed = (name: string) => (trustProxy ? lastOf(request.headers[name]) : undefined)
  const claimedHost = claimed('x-forwarded-host')
  const isName = claimedHost !== undefined && hostnameOf(claimedHost) !== undefined
  return {
    address: plainAddress(claimed('x-forwarded-for')) ?? peerOf(request),
    protocol: claimed('x-forwarded-proto')?.toLowerCase() === 'https' ? 'https' : 'http',
    host: isName ? claimedHost : (request.headers.host ?? ''),
  }
}

/** The other end of the connection. */
export const peerOf = ({ socket }: Pick<IncomingMessage, 'socket'>): string =>
  plainAddress(socket.remoteAddress) ?? ''

function lastOf(given: string | string[] | undefined): string | undefined {
  const list = Array.isArray(given) ? given.join(',') : given
  return list?.split(',').at(-1)?.trim()
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
/** Some proxies write the port too. */
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/

/** An IP address without its port, its IPv6 disguise or its zone. */
function plainAddress(given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  const [, v6, v4] = WITH_PORT.exec(given) ?? []
  const address = (v6 ?? v4 ?? given).split('%', 1)[0] ?? ''
  if (isIP(address) === 0) return undefined
  return MAPPED.exec(address)?.[1] ?? address
}
