import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { sessionCookie } from './cookies.ts'
import type { PageRequest } from './page-renderer.ts'
import { createPages } from './pages.ts'
import { written } from './read-your-writes.ts'
import { problemOf } from './refusal.ts'
import { defineRoute } from './route.ts'
import { send } from './testing/send.ts'
import { testApp } from './testing/test-app.ts'

const refusals = { 'username-taken': { status: 409, title: 'Taken' } }

const signUp = defineRoute({
  method: 'post',
  path: '/api/users',
  summary: 'Sign up',
  tags: ['users'],
  body: z.object({
    username: z.string().min(3),
    password: z.string().min(8),
    acceptTerms: z.boolean(),
    tags: z.array(z.string()).max(5),
  }),
  answers: { 201: z.object({ username: z.string(), key: z.string().nullable() }) },
  form: {
    page: '/sign-up',
    from: ({ acceptTerms, tags = '', ...values }) => ({
      ...values,
      acceptTerms: acceptTerms === 'on',
      tags: tags.split(',').filter(tag => tag !== ''),
    }),
    done: ({ body }) => `/users/${body.username}?tags`,
  },
  handle({ body, idempotencyKey }) {
    if (body.username === 'taken') return problemOf(refusals, { refused: 'username-taken' })
    const { headers, cookies } = written({ position: 42n, location: '/api/users/x' })
    return {
      status: 201,
      body: { username: body.username, key: idempotencyKey ?? null },
      headers: { ...headers, 'X-Key': idempotencyKey ?? '' },
      cookies: [...cookies, sessionCookie('t'.repeat(43), 60)],
    }
  },
})

const signOut = defineRoute({
  method: 'delete',
  path: '/api/sessions/current',
  summary: 'Sign out',
  tags: ['users'],
  answers: { 200: z.strictObject({}) },
  form: { page: '/', done: (_answer, { back = '/' }) => back },
  handle: () => ({ status: 200, body: {} }),
})

function site() {
  const drawn: PageRequest[] = []
  const pages = createPages({
    publicUrl: 'https://talks.example',
    askApi: async () => new Response('{}'),
    render: async request => {
      drawn.push(request)
      return { status: 200, headers: {}, html: `<title>${request.url}</title>` }
    },
  })
  const { app } = testApp([signUp, signOut], { register: { pages } })
  const post = (url: string, fields: Record<string, string> | string, headers = {}) =>
    send(app, {
      method: 'POST',
      url,
      payload: typeof fields === 'string' ? fields : String(new URLSearchParams(fields)),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://talks.example',
        accept: 'text/html',
        ...headers,
      },
    })
  return { drawn, post }
}

const good = { username: 'ann', password: 'correct horse', acceptTerms: 'on', tags: 'a,b' }

describe('a form', () => {
  it('that is taken leads on to the next page, with the cookies of what it did', async () => {
    const { post } = site()
    const answer = await post('/api/users', { ...good, idempotencyKey: 'page-key-1' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/users/ann?tags'])
    expect(answer.body).toBe('')
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^after=42; Path=\/; Max-Age=86400/),
      `__Host-session=${'t'.repeat(43)}; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax`,
    ])
  })

  it('that is refused is shown again with what was typed, but never the password', async () => {
    const { post, drawn } = site()
    const refused = await post('/api/users', {
      ...good,
      username: 'taken',
      idempotencyKey: 'page-key-1',
    })
    expect(refused.statusCode).toBe(409)
    expect(refused.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(refused.headers['cache-control']).toBe('no-store')
    expect(refused.body).toContain('https://talks.example/sign-up')
    expect(drawn).toHaveLength(1)
    expect(drawn[0]?.refused).toMatchObject({
      values: { username: 'taken', acceptTerms: 'on', tags: 'a,b' },
      problem: { status: 409, code: 'username-taken' },
    })
    expect(JSON.stringify(drawn)).not.toContain('correct horse')
    expect(drawn[0]?.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is held to the same schema as JSON', async () => {
    const { post, drawn } = site()
    const answer = await post('/api/users', { ...good, username: 'x', role: 'admin' })
    expect(answer.statusCode).toBe(422)
    expect(drawn[0]?.refused?.problem.errors?.map(({ field, code }) => [field, code])).toEqual([
      ['username', 'too-short'],
      ['role', 'unknown-field'],
    ])
  })

  it('can mean another method by a hidden field', async () => {
    const { post } = site()
    const answer = await post('/api/sessions/current', { _method: 'delete', back: '/posts' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/posts'])
  })

  it('can not mean another method by its address', async () => {
    const { post } = site()
    expect((await post('/api/sessions/current?_method=DELETE', {})).statusCode).toBe(405)
  })

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'x'])(
    'never leads out of the site: %j',
    async back => {
      const { post } = site()
      const answer = await post('/api/sessions/current', { _method: 'DELETE', back })
      expect([answer.statusCode, answer.headers.location]).toEqual([303, '/'])
    },
  )

  it.each([
    ['a field twice', 'username=ann&username=bob', 422],
    ['the prototype', '__proto__=x', 422],
    ['a NUL', 'username=a%00b', 422],
    ['a method that there is not', '_method=GET', 422],
    ['too much', `username=${'x'.repeat(200_000)}`, 413],
    ['too many fields', Array.from({ length: 101 }, (_, n) => `f${n}=`).join('&'), 413],
    ['a bad key', 'idempotencyKey=short', 400],
  ])('is refused for %s', async (_what, body, status) => {
    expect((await site().post('/api/users', body)).statusCode).toBe(status)
  })

  it('from another site is refused and not shown again', async () => {
    const { post, drawn } = site()
    const answer = await post('/api/users', good, { origin: 'https://evil.example' })
    expect(answer.statusCode).toBe(403)
    expect(drawn).toEqual([])
  })

  it('has the line ends of JSON, whatever the browser sends', async () => {
    const { post, drawn } = site()
    await post('/api/users', { ...good, username: 'taken', tags: 'a\r\nb\rc' })
    expect(drawn[0]?.refused?.values.tags).toBe('a\nb\nc')
  })
})
