// Whom we believe about the address, the host and the protocol of a request, and which addresses we can read.
import type { Middleware } from 'koa'
import { edgeProblem } from './edge-problems.ts'

/** `loopback`: only a proxy on this machine (the gateway); `always`: any, for when only a proxy can reach us. */
export type TrustProxy = 'never' | 'loopback' | 'always'

const loopback = /^(127\.|::1$|::ffff:127\.)/

/** Drops what a proxy would say from requests that come from none we trust. */
export function trustedProxy(trust: TrustProxy): Middleware {
  return function trustedProxy(ctx, next) {
    const trusted =
      trust === 'always' ||
      (trust === 'loopback' && loopback.test(ctx.req.socket.remoteAddress ?? ''))
    if (!trusted) {
      for (const name of Object.keys(ctx.req.headers))
        if (name.startsWith('x-forwarded-')) delete ctx.req.headers[name]
    }
    return next()
  }
}

/** Throws `unknown-host` when asked by a name that isn't ours (DNS rebinding). Probes come by address and pass. */
export function knownHost(allowedHosts: readonly string[]): Middleware {
  const allowed = new Set(allowedHosts.map(host => host.toLowerCase()))
  return function knownHost(ctx, next) {
    const probe = ctx.path.startsWith('/health/') || ctx.path === '/metrics'
    if (probe || allowed.has(ctx.host.toLowerCase())) return next()
    throw edgeProblem('unknown-host')
  }
}

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
