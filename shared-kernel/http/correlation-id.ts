// Gives each request an id that ties together its log lines, its events and what they bring about.
import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'
import { stateOf } from './request-state.ts'

export const correlationIdHeader = 'X-Correlation-Id'

// What can stand in a log line, a header and event metadata without escaping, and is no novel.
const sane = /^[A-Za-z0-9._-]{8,128}$/

/** Takes the caller's id when it is a sane one, else makes one; answers it. */
export function correlationId(): Middleware {
  return function correlationId(ctx, next) {
    const given = ctx.get(correlationIdHeader)
    const id = sane.test(given) ? given : randomUUID()
    stateOf(ctx).correlationId = id
    ctx.set(correlationIdHeader, id)
    return next()
  }
}
