// HTML forms: their fields, the method they mean, and the idempotency key of the page they were on.
import type { Middleware } from 'koa'
import { edgeProblem } from './edge-problems.ts'
import { contentTypeOf, harmfulInput, harmOf, readText } from './request-body.ts'
import { stateOf } from './request-state.ts'

export interface FormBody {
  /** The fields, each once; line ends are `\n`, as in JSON, whatever the browser sent. */
  readonly values: Readonly<Record<string, string>>
  readonly idempotencyKey?: string
  /** The id of the user under whose name the form was filled in, where the form says it. */
  readonly writtenBy?: string
  readonly bytes: number
}

export const formContentType = 'application/x-www-form-urlencoded'

// The longest post (40,000 characters) in Chinese: each is three bytes, each of them written `%E4`.
const mostFormBytes = 512 * 1024
const mostFields = 100
const overridable = new Set(['DELETE', 'PUT', 'PATCH'])

/**
 * Reads the body of a form that was posted, and turns the request into what its hidden field `_method` says, since HTML
 * knows only GET and POST. It goes before the routers. Only bodies are heard: a link can't set the method.
 */
export function formBody(): Middleware {
  return async function formBody(ctx, next) {
    const { type } = contentTypeOf(ctx.req.headers['content-type'])
    if (ctx.method !== 'POST' || type !== formContentType) return next()
    const text = await readText(ctx.req, mostFormBytes)
    const { _method, idempotencyKey, writtenBy, ...values } = fieldsOf(text)
    stateOf(ctx).form = {
      values,
      bytes: Buffer.byteLength(text),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(writtenBy !== undefined && { writtenBy }),
    }
    if (_method !== undefined) ctx.method = overriding(_method)
    return next()
  }
}

function overriding(method: string): string {
  const upper = method.toUpperCase()
  if (overridable.has(upper)) return upper
  throw harmfulInput('_method should be DELETE, PUT or PATCH.')
}

function fieldsOf(text: string): Record<string, string> {
  const fields: Record<string, string> = {}
  let count = 0
  for (const [name, value] of new URLSearchParams(text)) {
    const harm = harmOf(name) ?? harmOf(value, 'value')
    if (harm !== undefined) throw harmfulInput(harm)
    if (Object.hasOwn(fields, name)) throw harmfulInput(`The field ${name} came more than once.`)
    if (++count > mostFields)
      throw edgeProblem('body-too-large', { detail: `At most ${mostFields} fields are taken.` })
    fields[name] = value.replace(/\r\n?/g, '\n')
  }
  return fields
}
