// The Koa app that both APIs are: the same edge around each side's own routes.
import type Router from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'
import type { Logger } from '../logging/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { accessLog } from './access-log.ts'
import { answerProblems } from './answer-problem.ts'
import { isBrokenOff } from './broken-off.ts'
import { correlationId } from './correlation-id.ts'
import { formBody } from './form-body.ts'
import { stateOf } from './request-state.ts'
import { sameOrigin } from './same-origin.ts'
import { securityHeaders } from './security-headers.ts'
import { readableUri, type TrustProxy, trustedProxy } from './trusted-address.ts'
import { methodNotAllowed, notFound } from './unmatched.ts'

export interface AppOptions {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly routers: readonly Router[]
  /** Where browsers reach the site; writes must come from its origin. */
  readonly publicUrl: string
  readonly trustProxy?: TrustProxy
  /** Asked before all routers. */
  readonly first?: Middleware
  /** Asked for what no router knows, before it is `not-found`: the site's pages. */
  readonly otherwise?: Middleware
}

/** The order is the design: what comes later may rely on, and is covered by, all that comes before. */
export function createApp(options: AppOptions): Koa {
  const { logger, metrics, routers, publicUrl, trustProxy = 'loopback' } = options
  // trustedProxy leaves at most one address in X-Forwarded-For.
  const app = new Koa({ proxy: trustProxy !== 'never', maxIpsCount: 1 })
  app.on('error', (error, ctx?: Context) => {
    const correlationId = ctx && stateOf(ctx).correlationId
    if (isBrokenOff(error))
      logger.debug({ correlationId, code: error.code }, 'the client broke off')
    else logger.error({ correlationId, err: error }, 'answer broke off')
  })
  app.use(correlationId())
  app.use(accessLog(logger, metrics))
  app.use(securityHeaders())
  app.use(answerProblems())
  app.use(trustedProxy(trustProxy))
  app.use(readableUri())
  app.use(sameOrigin({ publicUrl }))
  app.use(formBody())
  if (options.first !== undefined) app.use(options.first)
  for (const router of routers) app.use(router.routes())
  app.use(methodNotAllowed())
  if (options.otherwise !== undefined) app.use(options.otherwise)
  app.use(notFound())
  return app
}
