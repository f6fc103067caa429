// The OpenAPI document, made from the very schemas that the routes parse with.
import { z } from 'zod'
import {
  createDocument,
  type oas31,
  type ZodOpenApiContentObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { sessionCookieName } from './cookies.ts'
import { type EdgeCode, edgeProblems, type ProblemKind } from './edge-problems.ts'
import { formContentType } from './form-body.ts'
import { idempotencyKeyHeader } from './idempotency-key.ts'
import { afterHeader, behindHeader, positionHeader } from './read-your-writes.ts'
import type { Route } from './route.ts'
import { writtenByHeader } from './written-by.ts'

export type OpenApiDocument = oas31.OpenAPIObject
export type OpenApiInfo = oas31.InfoObject

const sessionScheme = 'session'

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable, for programs' }),
    detail: z.string().optional(),
    instance: z.string().optional(),
    errors: z
      .array(z.object({ field: z.string(), code: z.string(), message: z.string() }))
      .optional(),
    progress: z
      .number()
      .optional()
      .meta({ description: 'Of `read-model-rebuilding`: how much is done, from 0 to 1' }),
    projector: z
      .string()
      .optional()
      .meta({ description: 'Of `read-model-rebuilding`: which read model' }),
  })
  .meta({ id: 'Problem', description: 'Problem details, as RFC 9457 has them' })

/** The document of these routes. Throws when two of them have the same method and path. */
export function createOpenApi(routes: readonly Route[], info: OpenApiInfo): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    if (paths[path]?.[route.method] !== undefined)
      throw new Error(`There are two routes for ${route.method} ${path}`)
    paths[path] = { ...paths[path], [route.method]: operationOf(route) }
  }
  return createDocument({
    openapi: '3.1.0',
    info,
    paths,
    components: {
      securitySchemes: {
        [sessionScheme]: { type: 'apiKey', in: 'cookie', name: sessionCookieName },
      },
    },
  })
}

/** One document of several, of the first's title. Throws when they say different things about the same. */
export function mergeOpenApi(parts: readonly OpenApiDocument[]): OpenApiDocument {
  const [first] = parts
  if (first === undefined) throw new Error('There is nothing to merge')
  const paths: oas31.PathsObject = {}
  const components: Record<string, Record<string, unknown>> = {}
  for (const part of parts) {
    for (const [path, item] of Object.entries(part.paths ?? {}))
      paths[path] = union(path, paths[path] ?? {}, item)
    for (const [kind, entries] of Object.entries(part.components ?? {}))
      components[kind] = union(kind, components[kind] ?? {}, entries)
  }
  return { ...first, paths, components: components as oas31.ComponentsObject }
}

function union<Of extends object>(name: string, one: Of, other: Of): Of {
  for (const [key, value] of Object.entries(other)) {
    const known: unknown = one[key as keyof Of]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value))
      throw new Error(`Two parts of the document differ in ${name} ${key}`)
  }
  return { ...one, ...other }
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { summary, description, tags, auth = 'none' } = route
  const security = {
    session: [{ [sessionScheme]: [] }],
    optional: [{ [sessionScheme]: [] }, {}],
    none: [],
  }
  return {
    operationId: operationIdOf(route),
    summary,
    ...(description !== undefined && { description }),
    tags: [...tags],
    security: security[auth],
    requestParams: {
      ...(route.params instanceof z.ZodObject && { path: route.params }),
      ...(route.query instanceof z.ZodObject && { query: route.query }),
      header: headersOf(route),
    },
    ...(route.body !== undefined && {
      requestBody: { required: true, content: contentOf(route.body, route.form !== undefined) },
    }),
    responses: { ...answersOf(route), ...problemsOf(route) },
  }
}

/** `get /api/posts/:slug` is `getPostsBySlug`. */
function operationIdOf({ method, path }: Route): string {
  const words = path
    .replace(/^\/api\//, '')
    .replaceAll(':', 'by-')
    .split(/[^A-Za-z0-9]+/)
  return method + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function headersOf({ headers, method, auth }: Route): z.ZodObject {
  const own = headers instanceof z.ZodObject ? headers.shape : {}
  if (method === 'get') {
    const description = 'Answer from this position on: that of an earlier write'
    return z.object({ ...own, [afterHeader]: z.string().optional().meta({ description }) })
  }
  const description = 'The same key with the same request writes once, however often it is sent'
  const key = z.string().min(8).max(128).optional().meta({ description })
  const writer = z
    .string()
    .optional()
    .meta({ description: 'The id of the user who wrote this: refused when another is signed in' })
  return z.object({
    ...own,
    [idempotencyKeyHeader]: key,
    ...(auth === 'session' && { [writtenByHeader]: writer }),
  })
}

function contentOf(schema: z.ZodType, takesForms: boolean): ZodOpenApiContentObject {
  const json = { 'application/json': { schema } }
  // What the form's own fields come to is the site's affair; programs send JSON.
  return takesForms ? { ...json, [formContentType]: { schema: { type: 'object' } } } : json
}

function answersOf({ answers, form, method }: Route): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {}
  const position = z
    .string()
    .optional()
    .meta({ description: 'A position in the log of all events' })
  const behind = z.literal('true').optional().meta({
    description: 'Only where what you wrote does not show yet: ask again in a moment',
  })
  for (const [status, schema] of Object.entries(answers)) {
    responses[status as `${1 | 2 | 3 | 4 | 5}${string}`] = {
      description: schema.meta()?.description ?? 'Done',
      headers: z.object({
        [positionHeader]: position,
        ...(method === 'get' && { [behindHeader]: behind }),
      }),
      content: { 'application/json': { schema } },
    }
  }
  if (method === 'get') responses['304'] = { description: 'As you know it' }
  if (form !== undefined) responses['303'] = { description: 'A form was taken: see the next page' }
  return responses
}

function problemsOf(route: Route): ZodOpenApiResponsesObject {
  const kinds: Record<string, ProblemKind> = { ...route.problems }
  for (const code of edgeCodesOf(route)) kinds[code] ??= edgeProblems[code]
  const codes = new Map<number, string[]>()
  for (const [code, { status }] of Object.entries(kinds))
    codes.set(status, [...(codes.get(status) ?? []), code])
  const responses: ZodOpenApiResponsesObject = {}
  for (const [status, names] of [...codes].sort(([one], [other]) => one - other)) {
    responses[`${status}` as `${4 | 5}${string}`] = {
      description: names.map(name => `\`${name}\`: ${kinds[name]?.title}`).join('\n\n'),
      content: { 'application/problem+json': { schema: problemSchema } },
    }
  }
  return responses
}

function edgeCodesOf({ method, params, query, body, auth }: Route): EdgeCode[] {
  const reads = method === 'get'
  return [
    ...(reads
      ? (['invalid-position'] as const)
      : (['bad-idempotency-key', 'cross-site-request'] as const)),
    ...(params ? (['not-found'] as const) : []),
    ...(query ? (['invalid-query'] as const) : []),
    ...(body
      ? (['malformed-json', 'body-too-large', 'unsupported-media-type', 'invalid-input'] as const)
      : []),
    ...(auth === 'session' ? (['not-signed-in'] as const) : []),
    ...(auth === 'session' && !reads ? (['signed-in-as-another'] as const) : []),
    'internal-error',
  ]
}
