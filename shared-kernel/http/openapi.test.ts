import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createOpenApi, mergeOpenApi } from './openapi.ts'
import { defineRoute } from './route.ts'

const info = { title: 'Cryptotalks', version: '1.0.0' }
const post = z.strictObject({ slug: z.string(), title: z.string() }).meta({ id: 'Post' })

const readPost = defineRoute({
  method: 'get',
  path: '/api/posts/:slug',
  summary: 'Read a post',
  tags: ['posts'],
  params: z.object({ slug: z.string().max(200) }),
  query: z.object({ limit: z.coerce.number().int().max(100).default(30) }),
  answers: { 200: post },
  problems: { 'post-not-found': { status: 404, title: 'There is no such post' } },
  handle: ({ params }) => ({ status: 200, body: { slug: params.slug, title: '' } }),
})

const writePost = defineRoute({
  method: 'post',
  path: '/api/posts',
  summary: 'Write a post',
  tags: ['posts'],
  auth: 'session',
  body: z.object({ title: z.string().min(3) }),
  answers: { 201: post },
  form: { page: '/posts/new', done: ({ body }) => `/posts/${body.slug}` },
  handle: ({ body }) => ({ status: 201, body: { slug: 'x', title: body.title } }),
})

describe('createOpenApi', () => {
  const document = createOpenApi([readPost, writePost], info)
  const read = document.paths?.['/api/posts/{slug}']?.get
  const write = document.paths?.['/api/posts']?.post

  it('says what a route takes', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(read).toMatchObject({
      operationId: 'getPostsBySlug',
      summary: 'Read a post',
      tags: ['posts'],
    })
    expect(read?.parameters).toMatchObject([
      { in: 'path', name: 'slug', required: true, schema: { type: 'string', maxLength: 200 } },
      { in: 'query', name: 'limit', schema: { type: 'integer', default: 30, maximum: 100 } },
      { in: 'header', name: 'Cryptotalks-After' },
    ])
    expect(write?.requestBody).toMatchObject({
      required: true,
      content: {
        'application/json': {
          schema: { properties: { title: { minLength: 3 } }, additionalProperties: false },
        },
        'application/x-www-form-urlencoded': {},
      },
    })
    expect(write?.parameters).toMatchObject([
      { in: 'header', name: 'Idempotency-Key' },
      { in: 'header', name: 'Cryptotalks-Written-By' },
    ])
    expect(write?.security).toEqual([{ session: [] }])
  })

  it('says all that it answers, its own problems and those of the edge', () => {
    expect(Object.keys(read?.responses ?? {})).toEqual(['200', '304', '400', '404', '500'])
    expect(Object.keys(write?.responses ?? {})).toEqual(
      '201 303 400 401 403 409 413 415 422 500'.split(' '),
    )
    expect(read?.responses?.['404'].description).toBe(
      '`post-not-found`: There is no such post\n\n`not-found`: There is nothing here',
    )
    expect(read?.responses?.['404'].content['application/problem+json'].schema).toEqual({
      $ref: '#/components/schemas/Problem',
    })
    expect(read?.responses?.['200'].content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Post',
    })
  })

  it('knows no two routes of one method and path', () => {
    expect(() => createOpenApi([readPost, readPost], info)).toThrow('two routes for get')
  })
})

describe('mergeOpenApi', () => {
  it('makes one document of the two sides', () => {
    const merged = mergeOpenApi([createOpenApi([readPost], info), createOpenApi([writePost], info)])
    expect(merged).toEqual(createOpenApi([readPost, writePost], info))
  })

  it('does not merge what differs', () => {
    const one = createOpenApi([readPost], info)
    const other = createOpenApi([{ ...readPost, summary: 'Something else' }], info)
    expect(() => mergeOpenApi([one, other])).toThrow('differ in /api/posts/{slug} get')
  })
})
