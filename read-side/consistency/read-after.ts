// Read your own writes: an answer waits until it reflects what its reader has written, and says what it reflects.
import { sessionTokenOf } from '@cryptotalks/shared-kernel/http/cookies'
import {
  edgeProblem,
  edgeProblems,
  HttpProblem,
  type ProblemKind,
  problemFrom,
} from '@cryptotalks/shared-kernel/http/edge-problems'
import {
  type After,
  afterOf,
  behindHeader,
  positionHeader,
} from '@cryptotalks/shared-kernel/http/read-your-writes'
import { stateOf } from '@cryptotalks/shared-kernel/http/request-state'
import type { Context, Middleware } from 'koa'
import type { LogEnd } from './log-end.ts'
import type { Positions, ProjectorName } from './positions.ts'

/** The longest that a reader waits for a write to show. Projectors are usually there within some milliseconds. */
export const longestWaitMilliseconds = 2_000

// Nothing is written while the event store is away, and what was written before is projected by now or only when it
// is back.
const longestWaitWithoutStoreMilliseconds = 250

const retryAfterSeconds = 1

export const readModelBehind = {
  'read-model-behind': {
    status: edgeProblems.unavailable.status,
    title: 'What you have written does not show yet',
  },
} as const satisfies Record<string, ProblemKind>

export interface ReadAfterOptions {
  readonly positions: Positions
  readonly logEnd: LogEnd
  readonly waitMilliseconds?: number | undefined
}

/**
 * Waits, within the bound, until these projectors have passed what the request names. Who named it by the header hears
 * `read-model-behind` when they have not. Who carries it in the cookie gets what there is, with `Cryptotalks-Behind`;
 * but where nothing is found, or nobody is known to be signed in, that may only be due to being behind: they hear
 * `read-model-behind` too. The position that is answered was read before the rows, so that they reflect at least that.
 */
export function readAfter(
  projectors: readonly ProjectorName[],
  options: ReadAfterOptions,
): Middleware {
  return async function readAfter(ctx, next) {
    const after = afterOf(ctx)
    const isBehind = after !== undefined && !(await reached(ctx, after, projectors, options))
    if (isBehind && after.explicit) throw behind()
    stateOf(ctx).behind = isBehind
    const position = options.positions.of(projectors)
    if (position !== undefined) ctx.set(positionHeader, String(position))
    await next()
    if (isBehind) tellBehind(ctx)
  }
}

async function reached(
  ctx: Context,
  { position, explicit }: After,
  projectors: readonly ProjectorName[],
  { positions, logEnd, waitMilliseconds = longestWaitMilliseconds }: ReadAfterOptions,
): Promise<boolean> {
  if (positions.has(projectors, position)) return true
  const isBeyond = await logEnd.isBefore(position)
  if (isBeyond) {
    // Nobody has written that here: it is made up, or was written before the log was replaced by an older one.
    if (explicit)
      throw edgeProblem('invalid-position', { detail: 'The log has not come as far as that.' })
    return true
  }
  const most =
    isBeyond === undefined
      ? Math.min(waitMilliseconds, longestWaitWithoutStoreMilliseconds)
      : waitMilliseconds
  return positions.reached(projectors, position, Math.min(most, preferredWait(ctx)))
}

/** How long the reader prefers to wait at most (RFC 7240), in milliseconds. */
function preferredWait(ctx: Context): number {
  const seconds = /(?:^|[,;\s])wait=(\d{1,4})(?![\d.])/i.exec(ctx.get('Prefer'))?.[1]
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1_000
}

function tellBehind(ctx: Context): void {
  const mayShowLater =
    ctx.status === 404 || (ctx.status === 401 && sessionTokenOf(ctx) !== undefined)
  if (mayShowLater) {
    ctx.remove('ETag')
    throw behind()
  }
  if (ctx.status !== 200) return
  ctx.set(behindHeader, 'true')
  ctx.set('Cache-Control', 'private, no-store')
}

const behind = () =>
  new HttpProblem(
    problemFrom('read-model-behind', readModelBehind['read-model-behind'], {
      detail: 'It is safely written. Ask again in a moment.',
    }),
    { 'Retry-After': String(retryAfterSeconds) },
  )
