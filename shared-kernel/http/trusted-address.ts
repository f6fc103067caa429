// Whom we believe about the address, the host and the protocol of a request, and which addresses we can read.
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Middleware } from 'koa'
import { edgeProblem } from './edge-problems.ts'

/** `loopback`: only a proxy on this machine (the gateway); `always`: any, for when only a proxy can reach us. */
export type TrustProxy = 'never' | 'loopback' | 'always'

const loopback = /^(127\.|::1$|::ffff:127\.)/

/**
 * Drops what a proxy would say from requests that come from none we trust. Of the addresses that a trusted one names only
 * the last is its own word, and only if it is one: else the visitor's is not known, and the proxy's stands for it.
 */
export function trustedProxy(trust: TrustProxy): Middleware {
  return function trustedProxy({ req }, next) {
    const { headers } = req
    const trusted =
      trust === 'always' || (trust === 'loopback' && loopback.test(req.socket.remoteAddress ?? ''))
    if (!trusted) {
      for (const name of Object.keys(headers))
        if (name.startsWith('x-forwarded-')) delete headers[name]
    }
    const addresses = headers['x-forwarded-for']
    const last = [addresses ?? []].flat().join(',').split(',').at(-1)?.trim() ?? ''
    if (isIP(last) === 0) delete headers['x-forwarded-for']
    else headers['x-forwarded-for'] = last
    return next()
  }
}

/** Whether the gateway has passed this request on: it says whom for. Looks at what came, also when that is not believed. */
export const isForwarded = ({ rawHeaders }: IncomingMessage): boolean =>
  rawHeaders.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'x-forwarded-for')

/** Throws `malformed-uri` for a path that is no well-formed UTF-8, or holds a NUL, which Postgres refuses in text. */
export function readableUri(): Middleware {
  return function readableUri(ctx, next) {
    if (/%00/.test(ctx.url) || !isDecodable(ctx.path)) throw edgeProblem('malformed-uri')
    return next()
  }
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
