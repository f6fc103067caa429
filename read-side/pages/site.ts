// The site: its files, and a rendered page for every other address.
import { sessionCookieName } from '@cryptotalks/shared-kernel/http/cookies'
import { edgeProblem } from '@cryptotalks/shared-kernel/http/edge-problems'
import type { Pages } from '@cryptotalks/shared-kernel/http/pages'
import { stateOf } from '@cryptotalks/shared-kernel/http/request-state'
import type { Middleware } from 'koa'
import { compressed } from '../api/delivery.ts'
import { type StaticFiles, staticFiles } from './static-files.ts'

// Programs ask there: they get a problem, not a page that says so.
const forPrograms = /^\/(api|health|metrics|assets|favicon\.ico)(\/|$)/

/** Answers whatever no route has taken. The site has a page for addresses that lead nowhere too. */
export function site(pages: Pages, files: StaticFiles): Middleware {
  const compress = compressed()
  const asFile = staticFiles(files)
  const asPage = renderedPages(pages)
  return function site(ctx, next) {
    return compress(ctx, async () => asFile(ctx, async () => asPage(ctx, next)))
  }
}

function renderedPages(pages: Pages): Middleware {
  return async function renderedPages(ctx, next) {
    if (forPrograms.test(ctx.path)) return next()
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204
      ctx.set('Allow', 'GET, HEAD')
      return
    }
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      throw edgeProblem('method-not-allowed', { headers: { Allow: 'GET, HEAD' } })
    stateOf(ctx).route = '(page)'
    await pages.respond(ctx)
    // The way back must not show a page of who has signed out since, so not even the browser keeps it.
    if (ctx.cookies.get(sessionCookieName) !== undefined)
      ctx.set('Cache-Control', 'private, no-store')
  }
}
