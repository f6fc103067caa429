// Read your own writes: an answer waits until it reflects what its reader has written, and says what it reflects.
import {
  edgeProblems,
  HttpProblem,
  type ProblemKind,
  problemFrom,
} from '@cryptotalks/shared-kernel/http/edge-problems'
import { afterOf, positionHeader } from '@cryptotalks/shared-kernel/http/read-your-writes'
import type { Middleware } from 'koa'
import type { Positions, ProjectorName } from './positions.ts'

/** The longest that a reader waits for a write to show. Projectors are usually there within some milliseconds. */
export const longestWaitMilliseconds = 2_000

const retryAfterSeconds = 1

export const readModelBehind = {
  'read-model-behind': {
    status: edgeProblems.unavailable.status,
    title: 'What you have written does not show yet',
  },
} as const satisfies Record<string, ProblemKind>

/**
 * Waits, within the bound, until these projectors have passed what the request names. Who named it by the header hears
 * `read-model-behind` when they have not; who carries it in the cookie gets what there is. The position that is answered
 * was read before the rows, so that they reflect at least that.
 */
export function readAfter(
  positions: Positions,
  projectors: readonly ProjectorName[],
  waitMilliseconds = longestWaitMilliseconds,
): Middleware {
  return async function readAfter(ctx, next) {
    const after = afterOf(ctx)
    if (after !== undefined) {
      const reached = await positions.reached(projectors, after.position, waitMilliseconds)
      if (!reached && after.explicit) throw behind()
    }
    const position = positions.of(projectors)
    if (position !== undefined) ctx.set(positionHeader, String(position))
    await next()
  }
}

const behind = () =>
  new HttpProblem(
    problemFrom('read-model-behind', readModelBehind['read-model-behind'], {
      detail: 'It is safely written. Ask again in a moment.',
    }),
    { 'Retry-After': String(retryAfterSeconds) },
  )
