// The problems that the edge itself answers, before and around what the contexts decide.
import type { FieldError, Problem } from './problem.ts'

/** What the documentation and the answer say of one code. */
export interface ProblemKind {
  readonly status: number
  readonly title: string
}

/** Every code that the edge answers, the same on both sides. */
export const edgeProblems = {
  'malformed-uri': { status: 400, title: 'The address can not be read' },
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'malformed-body': { status: 400, title: 'The body can not be read' },
  'invalid-query': { status: 400, title: 'The query is not right' },
  'invalid-headers': { status: 400, title: 'The headers are not right' },
  'invalid-position': { status: 400, title: 'Cryptotalks-After is not a position' },
  'bad-idempotency-key': { status: 400, title: 'The idempotency key is not right' },
  'bad-request': { status: 400, title: 'The request is not right' },
  'not-signed-in': { status: 401, title: 'You are not signed in' },
  'cross-site-request': { status: 403, title: 'The request does not come from this site' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'signed-in-as-another': { status: 409, title: 'You are signed in as somebody else by now' },
  'method-not-allowed': { status: 405, title: 'This can not be done here' },
  'not-acceptable': { status: 406, title: 'There is no answer of that kind' },
  'body-too-large': { status: 413, title: 'That is too much at once' },
  'unsupported-media-type': { status: 415, title: 'This kind of content is not understood here' },
  'invalid-input': { status: 422, title: 'Some of what you sent is not right' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  'key-missing': { status: 503, title: 'This account can not be read at the moment' },
  unavailable: { status: 503, title: 'This does not work at the moment' },
} as const satisfies Record<string, ProblemKind>

export type EdgeCode = keyof typeof edgeProblems

export type ProblemHeaders = Readonly<Record<string, string>>

/** A problem on its way to the edge as an error: for what is wrong with a request, not for what a decider refuses. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly problem: Problem
  readonly headers: ProblemHeaders

  constructor(problem: Problem, headers: ProblemHeaders = {}, options?: ErrorOptions) {
    super(`${problem.status} ${problem.code}`, options)
    this.problem = problem
    this.headers = headers
  }
}

export interface EdgeProblemDetails {
  /** A sentence for people on this very occurrence. Never repeats a secret. */
  readonly detail?: string
  readonly errors?: readonly FieldError[]
  readonly headers?: ProblemHeaders
  readonly cause?: unknown
}

/** The error to throw for a code of the edge. */
export function edgeProblem(code: EdgeCode, details: EdgeProblemDetails = {}): HttpProblem {
  const { detail, errors, headers, cause } = details
  const problem = problemFrom(code, edgeProblems[code], {
    ...(detail !== undefined && { detail }),
    ...(errors !== undefined && { errors }),
  })
  return new HttpProblem(problem, headers, cause === undefined ? undefined : { cause })
}

/** The problem of a code, under the address where its documentation would be. */
export function problemFrom(
  code: string,
  { status, title }: ProblemKind,
  more: Pick<Problem, 'detail' | 'errors' | 'progress' | 'projector'> = {},
): Problem {
  return { type: `/problems/${code}`, title, status, code, ...more }
}
