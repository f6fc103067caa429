// A route, said once: what it takes, what it answers, and what it does. The router and the documentation are made from it.
import type { Context } from 'koa'
import { z } from 'zod'
import type { ProblemKind } from './edge-problems.ts'
import type { After } from './read-your-writes.ts'
import type { Refused } from './refusal.ts'

export type RouteMethod = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** `session`: only for who is signed in; `optional`: it makes a difference who asks; `none`: it makes none. */
export type RouteAuth = 'none' | 'optional' | 'session'

/** Who asks, as the session cookie proves. */
export interface Visitor {
  readonly userId: string
  readonly sessionId: string
  readonly username?: string
}

/** The bodies of a route's good answers, by status. */
export type Answers = Readonly<Record<number, z.ZodType>>

/** One of the answers that `A` promises. */
export type AnswerOf<A extends Answers> = {
  readonly [Status in keyof A & number]: {
    readonly status: Status
    readonly body: z.output<A[Status]>
    readonly headers?: Readonly<Record<string, string>>
    /** `Set-Cookie` values, as cookies.ts makes them. */
    readonly cookies?: readonly string[]
  }
}[keyof A & number]

/** The parsed request, as a handler gets it. */
export interface RouteInput<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Headers extends z.ZodType,
  Auth extends RouteAuth,
> {
  readonly params: z.output<Params>
  readonly query: z.output<Query>
  readonly body: z.output<Body>
  readonly headers: z.output<Headers>
  readonly visitor: Auth extends 'session'
    ? Visitor
    : Auth extends 'optional'
      ? Visitor | undefined
      : undefined
  /** Of writes: the key the client sent, if any. */
  readonly idempotencyKey: string | undefined
  /** Of reads: the write they should reflect, if any. */
  readonly after: After | undefined
  readonly correlationId: string
  /** For what the above leaves out: the address, other cookies, a stream as the answer's body. */
  readonly ctx: Context
}

/** How an HTML form posts to a route. */
export interface FormOf<A extends Answers> {
  /** The path of the page that holds the form: shown again, with what was typed, when it is refused. */
  readonly page: string | ((values: FormValues) => string)
  /** The body that the schema parses, from the form's fields, which are all text. The fields themselves by default. */
  from?(values: FormValues): unknown
  /** The path that the browser goes to next (303). */
  done(answer: AnswerOf<A>, values: FormValues): string
  /** Fields that are never shown again, beside those whose name says password, secret, token or code. */
  readonly secrets?: readonly string[]
}

export type FormValues = Readonly<Record<string, string>>

export interface RouteDefinition<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Headers extends z.ZodType,
  A extends Answers,
  Auth extends RouteAuth,
  Status extends number = number,
> {
  readonly method: RouteMethod
  /** As @koa/router has it: `/api/posts/:slug`. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  /** A path whose parts don't fit is `not-found`. */
  readonly params?: Params
  /** A query that doesn't fit is `invalid-query`. */
  readonly query?: Query
  /** A body that doesn't fit is `invalid-input`. */
  readonly body?: Body
  /** Names in lower case. Headers that don't fit are `invalid-headers`; others are let through unseen. */
  readonly headers?: Headers
  /** Of the body as JSON; a form, which writes most letters as three, may have twice as much. 64 KiB by default. */
  readonly mostBodyBytes?: number
  readonly answers: A
  /** The refusals it can answer: (picked from) its context's tables. The edge's own are added where they apply. */
  readonly problems?: Readonly<Record<string, ProblemKind>>
  readonly auth?: Auth
  readonly form?: FormOf<A>
  handle(
    input: RouteInput<Params, Query, Body, Headers, Auth>,
  ): Promise<Answered<A, Status> | Refused> | Answered<A, Status> | Refused
}

// `AnswerOf` alone does not tell TypeScript, while it still infers A, that the status in a handler's answer is a
// literal; a type parameter of its own does.
type Answered<A extends Answers, Status extends number> = AnswerOf<A> & { readonly status: Status }

/** A route as lists hold it. */
export type Route = RouteDefinition<z.ZodType, z.ZodType, z.ZodType, z.ZodType, Answers, RouteAuth>

export const defaultMostBodyBytes = 64 * 1024

/**
 * Checks a route's definition and gives it back. Objects of its query and body refuse fields that they don't name, so
 * that nothing slips in (`role`, `id`); nested objects should be `z.strictObject` for the same reason.
 */
export function defineRoute<
  A extends Answers,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Headers extends z.ZodType = z.ZodUndefined,
  Auth extends RouteAuth = 'none',
  Status extends number = number,
>(definition: RouteDefinition<Params, Query, Body, Headers, A, Auth, Status>): Route {
  const { method, path, query, body, form } = definition
  if (body !== undefined && (method === 'get' || method === 'delete'))
    throw new Error(`${method} ${path}: a ${method} has no body that anybody heeds`)
  if (form !== undefined && method === 'get')
    throw new Error(`${method} ${path}: a form that gets is a query`)
  return {
    ...(definition as unknown as Route),
    ...(query !== undefined && { query: strictly(query) }),
    ...(body !== undefined && { body: strictly(body) }),
  }
}

const strictly = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodObject ? schema.strict() : schema
