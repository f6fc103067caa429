// What no router took: another method than there is, or nothing at all.
import type { Layer } from '@koa/router'
import type { Context, Middleware } from 'koa'
import { edgeProblem } from './edge-problems.ts'

/** Answers OPTIONS for paths that there are; throws `method-not-allowed` with `Allow`, or goes on to what is left. */
export function methodNotAllowed(): Middleware {
  return function methodNotAllowed(ctx, next) {
    const allowed = allowedMethodsOf(ctx)
    if (allowed === '') return next()
    if (ctx.method !== 'OPTIONS')
      throw edgeProblem('method-not-allowed', { headers: { Allow: allowed } })
    ctx.status = 204
    ctx.set('Allow', allowed)
  }
}

/** The methods of every route whose path matches, as the routers before have noted them. */
function allowedMethodsOf(ctx: Context): string {
  const matched: readonly Layer[] = ctx.matched ?? []
  return [...new Set(matched.flatMap(layer => layer.methods))].sort().join(', ')
}

/** Throws `not-found`. */
export function notFound(): Middleware {
  return function notFound() {
    throw edgeProblem('not-found')
  }
}
