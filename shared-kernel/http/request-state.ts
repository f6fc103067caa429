// What the edge has found out about a request, for the middleware and handlers after it.
import type { Context } from 'koa'
import type { FormBody } from './form-body.ts'

export interface RequestState {
  correlationId: string
  /** The nonce of this answer's content security policy. */
  nonce: string
  /** The body, when it is an HTML form's. */
  form?: FormBody
  /** Set where the answer may lack what its reader has just written. */
  behind?: boolean
  /** Why the answer is a failure of ours, for the log. */
  failure?: unknown
  /** The pattern of the route that takes the request. */
  route?: string
}

/** The typed view on Koa's `ctx.state`. */
export const stateOf = (ctx: Pick<Context, 'state'>): RequestState => ctx.state as RequestState
