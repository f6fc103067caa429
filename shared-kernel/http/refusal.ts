// From a context's refusals, which are values of its closed union, to what HTTP answers.
import type { Refusal } from '../eventsourcing/decider.ts'
import { type ProblemHeaders, type ProblemKind, problemFrom } from './edge-problems.ts'
import type { FieldError, Problem } from './problem.ts'

/** How one refusal is told. The functions see the refusal with its details. */
export interface RefusalAnswer<R extends Refusal> extends ProblemKind {
  readonly detail?: (refusal: R) => string
  /** The fields at fault, for forms to show the sentence beside them. */
  readonly errors?: (refusal: R) => readonly FieldError[]
  /** `Retry-After` and its like. */
  readonly headers?: (refusal: R) => ProblemHeaders
}

/** One entry for every code of the union: a new refusal does not compile until somebody has said how it is told. */
export type RefusalTable<R extends Refusal> = {
  readonly [Code in R['refused']]: RefusalAnswer<Extract<R, { readonly refused: Code }>>
}

/** What a handler returns instead of an answer. */
export interface Refused {
  readonly problem: Problem
  readonly headers?: ProblemHeaders
}

/** The problem that `table` makes of a refusal. */
export function problemOf<R extends Refusal>(table: RefusalTable<R>, refusal: R): Refused {
  // TypeScript can't see that the entry under a refusal's own code takes that very refusal.
  const answer = table[refusal.refused as R['refused']] as RefusalAnswer<R>
  const { detail, errors, headers } = answer
  const problem = problemFrom(refusal.refused, answer, {
    ...(detail && { detail: detail(refusal) }),
    ...(errors && { errors: errors(refusal) }),
  })
  return headers ? { problem, headers: headers(refusal) } : { problem }
}

/** Those entries of a table that one route can answer, for its documentation. */
export function pickProblems<Table extends object, Code extends keyof Table & string>(
  table: Table,
  ...codes: readonly Code[]
): Pick<Table, Code> {
  const picked = codes.map(code => [code, table[code]])
  return Object.fromEntries(picked) as Pick<Table, Code>
}
