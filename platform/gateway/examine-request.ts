// Decides by a request's line and fields alone: refused, answered here, or to which service it goes.
import type { IncomingMessage } from 'node:http'
import type { ApiMethods } from './api-methods.ts'
import type { HostRule } from './host-rule.ts'
import {
  AMBIGUOUS,
  HEADERS_TOO_LARGE,
  methodNotAllowed,
  NOT_FOUND,
  type Refusal,
  UNEXPECTED_BODY,
  UNKNOWN_HOST,
  UNREADABLE,
  wantsPage,
} from './refusal.ts'
import { valuesOf } from './request-fields.ts'
import { isInternal, pathnameOf, targetOf } from './request-target.ts'

export type Decision =
  | { readonly refusal: Refusal }
  /** An OPTIONS that is answered with what the address takes. */
  | { readonly allow: readonly string[] }
  /** One of the gateway's own pages for operators. */
  | { readonly probe: string }
  | {
      readonly service: 'read-side' | 'write-side'
      /** With its query. */
      readonly path: string
      readonly hasBody: boolean
    }

export interface Rules {
  readonly isOurHost: HostRule
  readonly apiMethods: ApiMethods | undefined
}

/** Browsers send some twenty. A service's own parser leaves out what comes after its 2,000th. */
const MOST_FIELDS = 200
const TAKES_BODY = new Set(['POST', 'PUT', 'PATCH'])
const READS = new Set(['GET', 'HEAD'])
/** What may be asked at all, of one address or another. */
export const PASSED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const PROBES = new Set(['/health/live', '/health/ready', '/metrics'])

/** What a request can be read as in only one way comes first: after that, no step sees another request than the next. */
export function examine(request: IncomingMessage, rules: Rules): Decision {
  const { rawHeaders: fields, method = '', url = '' } = request
  // Node reads HTTP/0.9 too, which has no fields.
  if (!/^1\.[01]$/.test(request.httpVersion)) return { refusal: UNREADABLE }
  if (fields.length > 2 * MOST_FIELDS) return { refusal: HEADERS_TOO_LARGE }
  const framing = framingOf(request)
  if (framing === 'ambiguous') return { refusal: AMBIGUOUS }
  if (framing === 'body' && !TAKES_BODY.has(method)) return { refusal: UNEXPECTED_BODY }
  const target = targetOf(method, url)
  if (target === 'server') return { allow: PASSED_METHODS }
  if ('refusal' in target) return target
  const pathname = pathnameOf(target.path)
  // Balancers and supervisors ask by address, before any name is known.
  if (READS.has(method) && PROBES.has(pathname)) return { probe: pathname }
  const host = valuesOf(fields, 'host')[0] ?? ''
  const { authority = host } = target
  if (![host, authority].every(rules.isOurHost)) return { refusal: UNKNOWN_HOST }
  if (isInternal(pathname)) return { refusal: NOT_FOUND }
  return routeOf(request, pathname, rules.apiMethods, {
    path: target.path,
    hasBody: framing === 'body',
  })
}

type Framing = 'none' | 'body' | 'ambiguous'

/** Node's parser refuses most of this; it is no loss to be sure, since it merges fields before we see them. */
function framingOf({ rawHeaders: fields, httpVersion }: IncomingMessage): Framing {
  const [hosts, lengths, codings] = ['host', 'content-length', 'transfer-encoding'].map(name =>
    valuesOf(fields, name),
  ) as [string[], string[], string[]]
  const [length, coding] = [lengths[0], codings[0]]
  if (hosts.length === 0 && httpVersion === '1.1') return 'ambiguous'
  if (hosts.length > 1 || lengths.length > 1 || codings.length > 1) return 'ambiguous'
  if (coding !== undefined) {
    const isChunked = coding.toLowerCase() === 'chunked'
    return isChunked && length === undefined && httpVersion === '1.1' ? 'body' : 'ambiguous'
  }
  if (length === undefined) return 'none'
  if (!/^\d{1,15}$/.test(length)) return 'ambiguous'
  return Number(length) > 0 ? 'body' : 'none'
}

/**
 * Reads go to the read side, all else to the write side, unless the API's document knows the address: then a method
 * that it does not take is refused here, since neither side knows what the other takes. Of the pages only the read
 * side knows which there are, so it answers whatever but a form asks of them.
 */
function routeOf(
  request: IncomingMessage,
  pathname: string,
  apiMethods: ApiMethods | undefined,
  asked: { readonly path: string; readonly hasBody: boolean },
): Decision {
  const { method = '' } = request
  if (method === 'TRACE' || method === 'CONNECT')
    return { refusal: methodNotAllowed(PASSED_METHODS) }
  const allowed = apiMethods?.(pathname)
  if (allowed !== undefined) {
    if (method === 'OPTIONS') return { allow: allowed }
    // A browser that comes back to the address of a form is shown a page by the read side.
    const mayBePage = READS.has(method) && wantsPage(request)
    if (!allowed.includes(method) && !mayBePage) return { refusal: methodNotAllowed(allowed) }
  }
  const isPage = apiMethods !== undefined && !/^\/api(\/|$)/.test(pathname)
  const reads = READS.has(method) || (isPage && method !== 'POST')
  return { ...asked, service: reads ? 'read-side' : 'write-side' }
}
