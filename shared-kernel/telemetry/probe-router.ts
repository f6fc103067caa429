// The three questions that every process answers on its port: do you live, are you ready, how are you doing.
import Router from '@koa/router'
import { type ReadinessCheck, readinessOf } from './health.ts'
import type { Metrics } from './metrics.ts'

export interface ProbeOptions {
  readonly checks: Readonly<Record<string, ReadinessCheck>>
  readonly metrics: Metrics
  readonly checkTimeoutMilliseconds?: number
}

/** Routes `/health/live` (200 at once), `/health/ready` (200 or 503, with the checks) and `/metrics`. */
export function probeRouter({ checks, metrics, checkTimeoutMilliseconds }: ProbeOptions): Router {
  const router = new Router()
  router.get('/health/live', ctx => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = { status: 'live' }
  })
  router.get('/health/ready', async ctx => {
    const readiness = await readinessOf(checks, checkTimeoutMilliseconds)
    ctx.set('Cache-Control', 'no-store')
    ctx.status = readiness.status === 'ready' ? 200 : 503
    ctx.body = readiness
  })
  router.get('/metrics', async ctx => {
    const text = await metrics.registry.metrics()
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Content-Type', metrics.registry.contentType)
    ctx.body = text
  })
  return router
}
