// The header fields of a message that a gateway passes on: those for the next hop only stay behind.
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** RFC 9110, section 7.6.1, and what older software sends in the same spirit. */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What only we may tell the services about the client. */
const ABOUT_THE_CLIENT = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
])

/** All fields but those that concern this connection alone. */
export function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map(name => name.trim().toLowerCase())
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  )
}

/**
 * The fields of the request to the service. A client's own claims of where it comes from are believed
 * only when it is a proxy of ours (`trustProxy`).
 */
export function requestHeaders(
  request: IncomingMessage,
  upstreamHost: string,
  trustProxy: boolean,
): OutgoingHttpHeaders {
  const given = request.headers
  const passed = Object.fromEntries(
    Object.entries(endToEnd(given)).filter(
      ([name]) => !ABOUT_THE_CLIENT.has(name) && name !== 'expect',
    ),
  )
  const address = request.socket.remoteAddress ?? ''
  const claimed = (name: string) => (trustProxy ? firstOf(given[name]) : undefined)
  const hops = claimed('x-forwarded-for')
  return {
    ...passed,
    host: upstreamHost,
    'x-forwarded-for': hops === undefined ? address : `${hops}, ${address}`,
    'x-forwarded-proto': claimed('x-forwarded-proto') ?? 'http',
    'x-forwarded-host': claimed('x-forwarded-host') ?? given.host ?? '',
    // Without it, node sends the body of a DELETE unframed, and the service reads it as a request.
    ...(given['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' }),
  }
}

/** Whether a body follows the header of this request. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? '0') > 0
}

const firstOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)
