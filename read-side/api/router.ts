// The query API: every route behind what all reads have in common.
import { sessionTokenOf } from '@cryptotalks/shared-kernel/http/cookies'
import { edgeProblem } from '@cryptotalks/shared-kernel/http/edge-problems'
import {
  type RegisterOptions,
  registerRoutes,
} from '@cryptotalks/shared-kernel/http/register-routes'
import { stateOf } from '@cryptotalks/shared-kernel/http/request-state'
import Router from '@koa/router'
import type { Middleware } from 'koa'
import { type ReadAfterOptions, readAfter } from '../consistency/read-after.ts'
import { complete } from '../consistency/rebuilding.ts'
import { unavailableInOutage } from '../postgres/outage.ts'
import { compressed, sparing, tagged } from './delivery.ts'
import type { Read } from './read.ts'
import { createSharedAnswers, sharedAnswers } from './shared-answers.ts'

export interface ApiOptions
  extends ReadAfterOptions,
    Pick<RegisterOptions, 'authenticate' | 'verifyAnswers'> {
  readonly reads: readonly Read[]
}

/**
 * A router for each read. Waiting comes before anything is looked up, the session too: whoever has just signed in is
 * known only once that has been projected.
 */
export function apiRouters(options: ApiOptions): readonly Router[] {
  const { reads, positions, logEnd, waitMilliseconds, ...registration } = options
  const shared = createSharedAnswers()
  return reads.map(read => {
    const router = new Router({ sensitive: true, strict: true })
    router.use(namedAs(read.route.path), compressed(), sparing(), unavailableInOutage())
    if (read.route.auth === 'session') router.use(refusingGuests())
    router.use(complete(positions, read.reads))
    router.use(readAfter(read.reads, { positions, logEnd, waitMilliseconds }))
    router.use(
      sharedAnswers(shared, () => positions.stateOf(read.reads)),
      tagged(),
    )
    router.use(registerRoutes([read.route], registration).routes())
    return router
  })
}

/** Who shows no session is nobody, whatever the read models have come to: that is no reason to wait for one. */
const refusingGuests = (): Middleware => (ctx, next) => {
  if (sessionTokenOf(ctx) === undefined) throw edgeProblem('not-signed-in')
  return next()
}

/** Requests are measured by this name, also those that never come to the route itself. */
const namedAs =
  (pattern: string): Middleware =>
  (ctx, next) => {
    stateOf(ctx).route = pattern
    return next()
  }
