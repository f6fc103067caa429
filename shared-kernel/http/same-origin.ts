// The proof that a write comes from this site's own pages, or from a program that no page could have sent.
import type { Context, Middleware } from 'koa'
import { edgeProblem } from './edge-problems.ts'
import { contentTypeOf } from './request-body.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

// The types that any page of any site can post here without asking first (Fetch standard, CORS-safelisted request-header).
const formTypes = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
])

/**
 * Lets a write pass when the browser vouches for it (`Sec-Fetch-Site`, which no page can forge) or its `Origin` is ours.
 * Without either, which no browser of this decade omits, only requests pass that a form can't make: curl and programs.
 * Throws `cross-site-request`.
 */
export function sameOrigin({ publicUrl }: { readonly publicUrl: string }): Middleware {
  const { origin } = new URL(publicUrl)
  // Most who meet this reach the site by another name than it has, on the network at home say.
  const detail = `What is sent from ${origin} is taken, and nothing else. If this is the site by another address, open it there and send it again.`
  return async function sameOrigin(ctx, next) {
    if (safeMethods.has(ctx.method) || isOurs(ctx, origin)) return next()
    throw edgeProblem('cross-site-request', { detail })
  }
}

function isOurs(ctx: Context, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site')
  if (site !== '') return site === 'same-origin' || site === 'none'
  if (ctx.get('Origin') !== '') return ctx.get('Origin') === origin
  if (ctx.get('Referer') !== '') return originOf(ctx.get('Referer')) === origin
  return !formTypes.has(contentTypeOf(ctx.req.headers['content-type']).type)
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}
