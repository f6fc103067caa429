// One log line and one measurement for each request that was answered.
import type { Context, Middleware } from 'koa'
import type { Logger } from '../logging/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { stateOf } from './request-state.ts'

/** Logs without query and address: both hold personal data. Probes are logged at debug, or they would drown the rest. */
export function accessLog(logger: Logger, metrics: Metrics): Middleware {
  // Looking for secrets in these few fields, which can hold none, took 3 % of a command's time.
  const lines = logger.child({}, { redact: [] })
  return async function accessLog(ctx, next) {
    const startedAt = performance.now()
    await next()
    const seconds = (performance.now() - startedAt) / 1_000
    const route = routeOf(ctx)
    metrics.observeRequest({ method: ctx.method, route, status: ctx.status, seconds })
    const entry = {
      correlationId: stateOf(ctx).correlationId,
      method: ctx.method,
      path: ctx.path,
      status: ctx.status,
      milliseconds: Math.round(seconds * 10_000) / 10,
    }
    lines[levelOf(ctx)](entry, 'answered')
  }
}

/** The router's pattern. */
function routeOf(ctx: Context): string {
  const pattern: unknown = stateOf(ctx).route ?? ctx._matchedRoute
  return typeof pattern === 'string' ? pattern : '(none)'
}

function levelOf(ctx: Context): 'debug' | 'info' | 'error' {
  // Also what they answer with 503: to be not ready is an answer, and comes again with every probe.
  if (ctx.path.startsWith('/health/') || ctx.path === '/metrics') return 'debug'
  return ctx.status >= 500 ? 'error' : 'info'
}
