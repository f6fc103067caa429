// The header fields that pass: those of one hop stay behind, and of the client only we say where it comes from.
import { randomUUID } from 'node:crypto'
import type { Client } from './client-address.ts'

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

/** What only we may tell the services; `expect` is answered here. */
const OURS = new Set(['expect', 'forwarded', 'host', 'x-correlation-id', 'x-real-ip'])

/**
 * Fields that `Connection` may name besides: extensions without a meaning that anybody has agreed on. Named or not, what
 * has one (a cookie, a length, an origin) is never dropped at a client's word: it would be gone for the service, but
 * not for whoever has looked at it before.
 */
const isExtension = (name: string) => name.startsWith('x-')

/** Name and value of each field (flat, as Node gives them) that is meant for more than this connection. */
export function endToEnd(rawFields: readonly string[]): string[] {
  const fields = pairsOf(rawFields)
  const named = new Set(
    fields
      .filter(([name]) => name === 'connection')
      .flatMap(([, value]) => value.split(','))
      .map(name => name.trim().toLowerCase())
      .filter(isExtension),
  )
  return fields.filter(([name]) => !HOP_BY_HOP.has(name) && !named.has(name)).flat()
}

/** The fields of the request to the service that is known as `serviceHost`. */
export function requestFields(
  rawFields: readonly string[],
  serviceHost: string,
  client: Client,
): string[] {
  const passed = pairsOf(endToEnd(rawFields)).filter(
    ([name]) => !OURS.has(name) && !name.startsWith('x-forwarded-'),
  )
  return [
    ...['host', serviceHost],
    ...['x-forwarded-for', client.address],
    ...['x-forwarded-proto', client.protocol],
    ...['x-forwarded-host', client.host],
    // Never a stranger's: it ties events and log lines together for years.
    ...['x-correlation-id', randomUUID()],
    ...passed.flat(),
  ]
}

/** The values of all fields of this name. */
export function valuesOf(rawFields: readonly string[], name: string): string[] {
  return pairsOf(rawFields).flatMap(([given, value]) => (given === name ? [value] : []))
}

function pairsOf(rawFields: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < rawFields.length; at += 2)
    pairs.push([`${rawFields[at]}`.toLowerCase(), `${rawFields[at + 1]}`])
  return pairs
}
