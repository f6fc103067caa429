// A route of the query API, and what its answer hangs on.
import {
  edgeProblems,
  type ProblemKind,
  problemFrom,
} from '@cryptotalks/shared-kernel/http/edge-problems'
import type { Refused } from '@cryptotalks/shared-kernel/http/refusal'
import type { Route } from '@cryptotalks/shared-kernel/http/route'
import type { ProjectorName } from '../consistency/positions.ts'
import { readModelBehind } from '../consistency/read-after.ts'
import { readModelRebuilding } from '../consistency/rebuilding.ts'

export interface Read {
  readonly route: Route
  /** The projectors whose rows the answer is made of. */
  readonly reads: readonly ProjectorName[]
}

/** What every route that reads can answer besides its own. */
const common: Readonly<Record<string, ProblemKind>> = {
  ...readModelBehind,
  ...readModelRebuilding,
  unavailable: edgeProblems.unavailable,
}

/** The refusals of a context: to document those of one route, and to answer one. */
export function refusals<Code extends string>(table: Readonly<Record<Code, ProblemKind>>) {
  return {
    of: (...codes: readonly Code[]): Readonly<Record<string, ProblemKind>> => ({
      ...common,
      ...Object.fromEntries(codes.map(code => [code, table[code]])),
    }),
    refuse: (code: Code): Refused => ({ problem: problemFrom(code, table[code]) }),
  }
}

/**
 * An answer that is the same for everybody. Any cache may keep it but has to ask before each use: one that doesn't
 * would show a writer the list without what they have just written.
 */
export const publicAnswer = <Body>(body: Body) => ({
  status: 200 as const,
  body,
  headers: { 'Cache-Control': 'public, no-cache' },
})

/** An answer for one person. */
export const privateAnswer = <Body>(body: Body) => ({
  status: 200 as const,
  body,
  headers: { 'Cache-Control': 'private, no-cache' },
})
