// Puts routes on a router: parse, ask who it is, handle, and answer as JSON or as the next page.
import Router from '@koa/router'
import type { Context } from 'koa'
import { answerProblem } from './answer-problem.ts'
import { sessionTokenOf } from './cookies.ts'
import { edgeProblem, HttpProblem, type ProblemHeaders } from './edge-problems.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import { localPath } from './local-path.ts'
import type { Pages } from './pages.ts'
import type { Problem } from './problem.ts'
import { afterOf } from './read-your-writes.ts'
import type { Refused } from './refusal.ts'
import { type RequestState, stateOf } from './request-state.ts'
import type { AnswerOf, Answers, FormValues, Route, Visitor } from './route.ts'
import { bodyOf, headersOf, paramsOf, queryOf } from './route-input.ts'
import { heldToWriter } from './written-by.ts'

type Answer = AnswerOf<Answers>

export interface RegisterOptions {
  /** Whose session the token opens, if any. Needed by routes whose `auth` is not `none`. */
  readonly authenticate?: (
    sessionToken: string,
    request: Pick<RequestState, 'behind'>,
  ) => Promise<Visitor | undefined>
  /** Draws the pages of forms that were refused. Needed by routes with a form. */
  readonly pages?: Pages
  /** Checks each answer against its schema and fails those that break it: for tests. */
  readonly verifyAnswers?: boolean
}

/** A router of these routes. Throws when they need an option that isn't given. */
export function registerRoutes(routes: readonly Route[], options: RegisterOptions = {}): Router {
  // Exact paths: /API/Posts/ is no address of ours, and two addresses of one thing confuse caches and search engines.
  const router = new Router({ sensitive: true, strict: true })
  for (const route of routes) {
    const name = `${route.method} ${route.path}`
    if ((route.auth ?? 'none') !== 'none' && options.authenticate === undefined)
      throw new Error(`${name} needs authenticate`)
    if (route.form !== undefined && options.pages === undefined)
      throw new Error(`${name} has a form, which needs pages`)
    router[route.method](route.path, ctx => serve(route, ctx, options))
  }
  return router
}

async function serve(route: Route, ctx: Context, options: RegisterOptions): Promise<void> {
  stateOf(ctx).route = route.path
  const outcome = await outcomeOf(route, ctx, options)
  if ('problem' in outcome) return refuse(route, ctx, outcome, options)
  if (options.verifyAnswers) verify(route, outcome)
  const posted = postedForm(route, ctx)
  if (posted === undefined) return answerJson(ctx, outcome)
  // A form's page can't use the headers of a made resource, but needs its cookies.
  for (const cookie of outcome.cookies ?? []) ctx.append('Set-Cookie', cookie)
  ctx.set('Cache-Control', 'no-store')
  ctx.status = 303
  ctx.set('Location', localPath(posted.form.done(outcome, posted.values)))
  ctx.body = ''
}

/** The handler's answer or refusal; what the edge refuses in its stead counts as refused, and errors go on. */
async function outcomeOf(
  route: Route,
  ctx: Context,
  { authenticate }: RegisterOptions,
): Promise<Answer | Refused> {
  try {
    const reads = route.method === 'get'
    const idempotencyKey = reads ? undefined : idempotencyKeyOf(ctx)
    const after = reads ? afterOf(ctx) : undefined
    const params = paramsOf(route, ctx)
    const visitor = await visitorOf(route, ctx, authenticate)
    if (visitor !== undefined && !reads) heldToWriter(ctx, visitor)
    const query = queryOf(route, ctx)
    const headers = headersOf(route, ctx)
    const body = await bodyOf(route, ctx)
    const { correlationId } = stateOf(ctx)
    const given = { params, query, headers, body, after, idempotencyKey, correlationId, ctx }
    // `visitor` is there whenever the route's `auth` says so: visitorOf has thrown otherwise.
    return await route.handle({ ...given, visitor: visitor as Visitor })
  } catch (error) {
    if (error instanceof HttpProblem) return error
    throw error
  }
}

async function visitorOf(
  { auth = 'none' }: Route,
  ctx: Context,
  authenticate: RegisterOptions['authenticate'],
): Promise<Visitor | undefined> {
  if (auth === 'none') return undefined
  const token = sessionTokenOf(ctx)
  const visitor = token === undefined ? undefined : await authenticate?.(token, stateOf(ctx))
  if (visitor === undefined && auth === 'session') throw edgeProblem('not-signed-in')
  return visitor
}

function answerJson(ctx: Context, { status, body, headers = {}, cookies = [] }: Answer): void {
  ctx.status = status
  // Nothing of ours is for shared caches; what was read may be kept when it is asked for again by its ETag.
  ctx.set(
    'Cache-Control',
    ctx.method === 'GET' || ctx.method === 'HEAD' ? 'private, no-cache' : 'no-store',
  )
  ctx.set(headers)
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie)
  if (status === 200 && ctx.fresh) {
    ctx.status = 304
    return
  }
  ctx.type = 'json'
  ctx.body = JSON.stringify(body)
}

async function refuse(
  route: Route,
  ctx: Context,
  { problem, headers }: { readonly problem: Problem; readonly headers?: ProblemHeaders },
  { pages }: RegisterOptions,
): Promise<void> {
  const posted = postedForm(route, ctx)
  if (posted === undefined || pages === undefined) return answerProblem(ctx, problem, headers)
  const { page, secrets = [] } = posted.form
  const path = typeof page === 'string' ? page : localPath(page(posted.values))
  const { form } = stateOf(ctx)
  // Shown again, it stays the text of who wrote it, whoever is signed in when it is sent the next time.
  const writer = form?.writtenBy ? { writtenBy: form.writtenBy } : {}
  const values = { ...shownAgain(posted.values, secrets), ...writer }
  if (headers !== undefined) ctx.set(headers)
  await pages.respond(ctx, { path, refused: { values, problem } })
}

/** The route's form and what was typed into it, when it is a form that was posted. */
function postedForm(route: Route, ctx: Context) {
  const { form: body } = stateOf(ctx)
  if (body === undefined || route.form === undefined) return undefined
  return { form: route.form, values: body.values }
}

const secretName = /password|secret|token|code/i

function shownAgain(values: FormValues, secrets: readonly string[]): FormValues {
  const shown = Object.entries(values).filter(
    ([name]) => !secretName.test(name) && !secrets.includes(name),
  )
  return Object.fromEntries(shown)
}

function verify(route: Route, { status, body }: Answer): void {
  const name = `${route.method} ${route.path}`
  const schema = route.answers[status]
  if (schema === undefined) throw new Error(`${name} answered ${status}, which it doesn't promise`)
  const { error } = schema.safeParse(body)
  if (error) throw new Error(`${name} answered what it doesn't promise`, { cause: error })
}
