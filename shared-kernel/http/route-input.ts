// Parses what a request brings by its route's schemas; what doesn't fit never reaches a handler.
import type { Context } from 'koa'
import type { z } from 'zod'
import { type EdgeCode, edgeProblem } from './edge-problems.ts'
import { fieldErrorsOf, sentenceFor } from './field-errors.ts'
import { formContentType } from './form-body.ts'
import { contentTypeOf, hasBody, parseJson, readText } from './request-body.ts'
import { stateOf } from './request-state.ts'
import { defaultMostBodyBytes, type Route } from './route.ts'

/** The path's parts. Throws `not-found`: what can't be a name of anything names nothing. */
export function paramsOf(route: Route, ctx: Context): unknown {
  if (route.params === undefined) return undefined
  const parsed = route.params.safeParse(ctx.params)
  if (parsed.success) return parsed.data
  throw edgeProblem('not-found')
}

/** The query. Throws `invalid-query`, also for a parameter that is unknown or came twice. */
export function queryOf(route: Route, ctx: Context): unknown {
  // zod passes over this one name, in strict objects too.
  if (Object.hasOwn(ctx.query, '__proto__')) throw edgeProblem('invalid-query')
  return parsed(route.query, { ...ctx.query }, 'invalid-query')
}

/** The headers that the route names. Throws `invalid-headers`. */
export const headersOf = (route: Route, ctx: Context): unknown =>
  parsed(route.headers, ctx.req.headers, 'invalid-headers')

/** The body, from JSON or from a form. Throws `invalid-input`, or what is wrong with it as a whole. */
export async function bodyOf(route: Route, ctx: Context): Promise<unknown> {
  if (route.body === undefined) return undefined
  return parsed(route.body, await rawBodyOf(route, ctx), 'invalid-input')
}

async function rawBodyOf(route: Route, ctx: Context): Promise<unknown> {
  const { form } = stateOf(ctx)
  const mostBytes = route.mostBodyBytes ?? defaultMostBodyBytes
  if (form !== undefined && route.form !== undefined) {
    if (form.bytes > 2 * mostBytes) throw edgeProblem('body-too-large')
    return route.form.from ? route.form.from(form.values) : form.values
  }
  const { type } = contentTypeOf(ctx.req.headers['content-type'])
  if (type === '' && !hasBody(ctx.req)) return {}
  if (type !== 'application/json') throw edgeProblem('unsupported-media-type', understood(route))
  return parseJson(await readText(ctx.req, mostBytes))
}

function understood({ form, method }: Route) {
  const types = form ? `application/json, ${formContentType}` : 'application/json'
  const header = method === 'patch' ? 'Accept-Patch' : 'Accept-Post'
  return { detail: `Send ${types.replace(', ', ' or ')}.`, headers: { [header]: types } }
}

function parsed(schema: z.ZodType | undefined, input: unknown, code: EdgeCode): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(input, { error: sentenceFor })
  if (result.success) return result.data
  throw edgeProblem(code, { errors: fieldErrorsOf(result.error.issues, input) })
}
