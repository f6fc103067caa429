// While read models are made from nothing nobody reads them: half a list looks like a whole one.
import {
  edgeProblems,
  HttpProblem,
  type ProblemKind,
  problemFrom,
} from '@cryptotalks/shared-kernel/http/edge-problems'
import type { Middleware } from 'koa'
import { DatabaseError } from 'pg'
import type { Positions, ProjectorName, Rebuilding } from './positions.ts'

const retryAfterSeconds = 2

export const readModelRebuilding = {
  'read-model-rebuilding': {
    status: edgeProblems.unavailable.status,
    title: 'This is being read from the log anew',
  },
} as const satisfies Record<string, ProblemKind>

// SQLSTATE of a table, a schema, a database that is not there.
const missing = ['42P01', '3F000', '3D000']

/** Whether what was asked for is not there: it was not made yet, or somebody has dropped it. */
export const isMissing = (error: unknown): boolean =>
  error instanceof DatabaseError && missing.includes(error.code ?? '')

/** Throws `read-model-rebuilding`, with how far it is, while one of these is not complete or not there at all. */
export function complete(positions: Positions, projectors: readonly ProjectorName[]): Middleware {
  return async function complete(_ctx, next) {
    const rebuilding = positions.rebuilding(projectors)
    if (rebuilding) throw problemOf(rebuilding)
    try {
      await next()
    } catch (error) {
      const [projector] = projectors
      if (projector === undefined || !isMissing(error)) throw error
      throw problemOf(positions.rebuilding(projectors) ?? { projector, progress: 0 }, error)
    }
  }
}

function problemOf({ projector, progress }: Rebuilding, cause?: unknown): HttpProblem {
  const problem = problemFrom(
    'read-model-rebuilding',
    readModelRebuilding['read-model-rebuilding'],
    {
      detail: `Nothing is lost. ${Math.floor(progress * 100)} % is done; it shows as soon as it is complete.`,
      progress,
      projector,
    },
  )
  return new HttpProblem(problem, { 'Retry-After': String(retryAfterSeconds) }, { cause })
}
