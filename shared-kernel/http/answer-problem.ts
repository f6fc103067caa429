// What goes wrong becomes a problem that says what its reader can do, and nothing of our insides.
import Koa, { type Context, type Middleware } from 'koa'
import { edgeProblem, HttpProblem, type ProblemHeaders } from './edge-problems.ts'
import type { Problem } from './problem.ts'
import { problemPage } from './problem-page.ts'
import { stateOf } from './request-state.ts'

/**
 * Answers thrown HttpProblems, and any other error as `internal-error`. Why an answer is a failure of ours stands in
 * the request's state, for the line that the log has of it.
 */
export function answerProblems(): Middleware {
  return async function answerProblems(ctx, next) {
    try {
      await next()
    } catch (error) {
      const { problem, headers } = httpProblemOf(error, ctx)
      if (problem.status >= 500) stateOf(ctx).failure = causeOf(error)
      answerProblem(ctx, problem, headers)
    }
  }
}

/** A problem is our own words; what led to it is what operators need. */
const causeOf = (error: unknown): unknown =>
  error instanceof HttpProblem ? (error.cause ?? error) : error

function httpProblemOf(error: unknown, ctx: Context): HttpProblem {
  if (error instanceof HttpProblem) return error
  // Middleware of the Koa family throws these for requests that are wrong.
  if (error instanceof Koa.HttpError && error.expose)
    return edgeProblem('bad-request', { detail: error.message, cause: error })
  const { correlationId } = stateOf(ctx)
  return edgeProblem('internal-error', {
    detail: `If it goes on, tell us this number: ${correlationId}`,
    cause: error,
  })
}

/** Answers a problem: as problem+json, or as a plain page to whoever would rather read HTML. */
export function answerProblem(ctx: Context, problem: Problem, headers: ProblemHeaders = {}): void {
  ctx.status = problem.status
  ctx.set(headers)
  ctx.set('Cache-Control', 'no-store')
  ctx.vary('Accept')
  if (ctx.accepts('json', 'html') === 'html') {
    ctx.type = 'html'
    ctx.body = problemPage(problem)
    return
  }
  const instance = `urn:correlation:${stateOf(ctx).correlationId}`
  ctx.set('Content-Type', 'application/problem+json')
  ctx.body = JSON.stringify({ ...problem, instance })
}
