// One log line and one measurement for each request that was answered.
import type { Layer } from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Logger } from '../logging/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { stateOf } from './request-state.ts'

/**
 * Logs the route's pattern and neither the path, its query nor the address: they hold names and titles, which no erasure
 * could reach in a log. Probes are logged at debug, or they would drown the rest.
 */
export function accessLog(logger: Logger, metrics: Metrics): Middleware {
  return async function accessLog(ctx, next) {
    const startedAt = performance.now()
    await next()
    const seconds = (performance.now() - startedAt) / 1_000
    const route = routeOf(ctx)
    metrics.observeRequest({ method: ctx.method, route, status: ctx.status, seconds })
    const { correlationId, failure } = stateOf(ctx)
    const entry = {
      correlationId,
      method: ctx.method,
      route,
      status: ctx.status,
      milliseconds: Math.round(seconds * 10_000) / 10,
      ...(failure !== undefined && { err: failure }),
    }
    logger[levelOf(ctx)](entry, 'answered')
  }
}

/** The pattern of the route that took the request, or would by another method; a few fixed words for all else. */
export function routeOf(ctx: Context): string {
  const matched: readonly Layer[] = ctx.matched ?? []
  const pattern: unknown = stateOf(ctx).route ?? ctx._matchedRoute ?? matched.at(-1)?.path
  if (typeof pattern === 'string') return pattern
  return ctx.path.startsWith('/api/') ? '(none of the API)' : '(none)'
}

function levelOf(ctx: Context): 'debug' | 'info' | 'error' {
  // Also what they answer with 503: to be not ready is an answer, and comes again with every probe.
  if (ctx.path.startsWith('/health/') || ctx.path === '/metrics') return 'debug'
  return ctx.status >= 500 ? 'error' : 'info'
}
