// Tells an outage of Postgres, which passes, from a mistake of ours, which does not.
import { edgeProblem } from '@cryptotalks/shared-kernel/http/edge-problems'
import type { Middleware } from 'koa'
import { DatabaseError } from 'pg'
import { TooBusy } from './statement-pool.ts'

/**
 * SQLSTATE classes and codes of what passes by itself: connections (08), resources (53), the operator or a time-out
 * (57), the system (58); and a deadlock with whoever replaces what was read.
 */
const passing = /^(08|40P01|53|57|58|XX000|25006|28P01)/

/** Errors of sockets and of `pg` itself, which have no SQLSTATE. */
const broken =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)|timeout|terminated|not queryable|closed/i

// By then a restarted Postgres answers again, and nobody has waited long.
const retryAfterSeconds = 2

/** Whether an error means that Postgres can't answer now. */
export function isOutage(error: unknown): boolean {
  if (error instanceof TooBusy) return true
  if (error instanceof DatabaseError) return passing.test(error.code ?? '')
  if (error instanceof AggregateError) return error.errors.some(isOutage)
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  return broken.test(code ?? error.message)
}

/** Answers `unavailable` while Postgres can't be asked; whatever else goes wrong goes on. */
export function unavailableInOutage(): Middleware {
  return async function unavailableInOutage(_ctx, next) {
    try {
      await next()
    } catch (error) {
      if (!isOutage(error)) throw error
      throw edgeProblem('unavailable', {
        detail: 'What you asked for can not be read right now. Try again in a moment.',
        headers: { 'Retry-After': String(retryAfterSeconds) },
        cause: error,
      })
    }
  }
}
