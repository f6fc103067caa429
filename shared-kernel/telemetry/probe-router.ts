// The three questions that every process answers on its port: do you live, are you ready, how are you doing.
import Router from '@koa/router'
import type { Middleware } from 'koa'
import { answerProblem } from '../http/answer-problem.ts'
import { edgeProblem } from '../http/edge-problems.ts'
import { isForwarded } from '../http/trusted-address.ts'
import { type ReadinessCheck, readinessOf } from './health.ts'
import type { Metrics } from './metrics.ts'

export interface ProbeOptions {
  readonly checks: Readonly<Record<string, ReadinessCheck>>
  readonly metrics: Metrics
  readonly checkTimeoutMilliseconds?: number
}

/**
 * Routes `/health/live` (200 at once), `/health/ready` (200 or 503, with the checks) and `/metrics`. They are for whoever
 * asks the process itself: to a request that the gateway has passed on, whatever its path may mean, they do not exist.
 */
export function probeRouter({ checks, metrics, checkTimeoutMilliseconds }: ProbeOptions): Router {
  const router = new Router({ sensitive: true, strict: true })
  router.get('/health/live', onlyDirectly, ctx => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = { status: 'live' }
  })
  router.get('/health/ready', onlyDirectly, async ctx => {
    const readiness = await readinessOf(checks, checkTimeoutMilliseconds)
    ctx.set('Cache-Control', 'no-store')
    ctx.status = readiness.status === 'ready' ? 200 : 503
    ctx.body = readiness
  })
  router.get('/metrics', onlyDirectly, async ctx => {
    const text = await metrics.registry.metrics()
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Content-Type', metrics.registry.contentType)
    ctx.body = text
  })
  return router
}

const onlyDirectly: Middleware = (ctx, next) =>
  isForwarded(ctx.req) ? answerProblem(ctx, edgeProblem('not-found').problem) : next()
