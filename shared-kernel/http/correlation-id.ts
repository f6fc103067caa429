// Gives each request an id that ties together its log lines, its events and what they bring about.
import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'
import { stateOf } from './request-state.ts'

export const correlationIdHeader = 'X-Correlation-Id'

// The form of those that we make ourselves: the gateway, and a page that asks the API for its visitor.
const ours = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/**
 * Takes the asker's id when it has the form of ours, else makes one; answers it. It stays in events for good, so a
 * stranger's own never gets here: the gateway gives each request a new one.
 */
export function correlationId(): Middleware {
  return function correlationId(ctx, next) {
    const given = ctx.get(correlationIdHeader)
    const id = ours.test(given) ? given : randomUUID()
    stateOf(ctx).correlationId = id
    ctx.set(correlationIdHeader, id)
    return next()
  }
}
