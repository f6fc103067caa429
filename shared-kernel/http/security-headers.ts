// The headers that tell a browser how little an answer of ours may do.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Middleware } from 'koa'
import helmet from 'koa-helmet'
import { stateOf } from './request-state.ts'

const twoYearsSeconds = 2 * 365 * 24 * 60 * 60

// helmet asks for the nonce by Node's response, which has no place for it.
const nonces = new WeakMap<ServerResponse, string>()
const nonceSource = (_request: IncomingMessage, response: ServerResponse) =>
  `'nonce-${nonces.get(response)}'`

const helmetHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: [nonceSource, "'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: { maxAge: twoYearsSeconds, includeSubDomains: true },
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  // Not `no-referrer`: with it browsers post forms with `Origin: null`, and ours could not prove where they come from.
  referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  xFrameOptions: { action: 'deny' },
  // For browsers that are gone: Internet Explorer's downloads, Flash, the XSS auditor.
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
})

/** Sets them all, with a fresh nonce that the page renderer finds in the request's state. */
export function securityHeaders(): Middleware {
  return function securityHeaders(ctx, next) {
    const nonce = randomBytes(16).toString('base64')
    stateOf(ctx).nonce = nonce
    nonces.set(ctx.res, nonce)
    ctx.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
    return helmetHeaders(ctx, next)
  }
}
