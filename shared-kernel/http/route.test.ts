import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Refusal } from '../eventsourcing/decider.ts'
import { written } from './read-your-writes.ts'
import { problemOf, type RefusalTable } from './refusal.ts'
import { registerRoutes } from './register-routes.ts'
import { defineRoute, type Visitor } from './route.ts'
import { send } from './testing/send.ts'
import { testApp } from './testing/test-app.ts'

type NameTaken = Refusal<'name-taken'> & { readonly name: string }
type TooEarly = Refusal<'too-early'> & { readonly seconds: number }

const refusals: RefusalTable<NameTaken | TooEarly> = {
  'name-taken': {
    status: 409,
    title: 'Taken',
    detail: ({ name }) => `${name} is taken.`,
    errors: () => [{ field: 'name', code: 'name-taken', message: 'Choose another.' }],
  },
  'too-early': {
    status: 429,
    title: 'Too early',
    headers: ({ seconds }) => ({ 'Retry-After': String(seconds) }),
  },
}

const reachedBodies: unknown[] = []

const createThing = defineRoute({
  method: 'post',
  path: '/api/things',
  summary: 'Make a thing',
  tags: ['things'],
  body: z.object({
    name: z.string().min(3).max(10),
    size: z.number().max(5).optional(),
    agreed: z.boolean().refine(agreed => agreed, {
      params: { code: 'terms-not-accepted' },
      message: 'You need to agree.',
    }),
  }),
  answers: { 201: z.strictObject({ id: z.string(), key: z.string().nullable() }) },
  problems: refusals,
  async handle({ body, idempotencyKey }) {
    reachedBodies.push(body)
    if (body.name === 'taken')
      return problemOf(refusals, { refused: 'name-taken', name: body.name })
    if (body.name === 'early') return problemOf(refusals, { refused: 'too-early', seconds: 7 })
    return {
      status: 201,
      body: { id: body.name, key: idempotencyKey ?? null },
      ...written({ position: 42n, revision: 0, location: `/api/things/${body.name}` }),
    }
  },
})

const readThing = defineRoute({
  method: 'get',
  path: '/api/things/:id',
  summary: 'Read a thing',
  tags: ['things'],
  params: z.object({ id: z.string().max(8) }),
  query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(30) }),
  answers: { 200: z.strictObject({ id: z.string(), limit: z.number(), after: z.string() }) },
  async handle({ params, query, after }) {
    const shown = after === undefined ? 'none' : `${after.position} ${after.explicit}`
    return {
      status: 200,
      body: { id: params.id, limit: query.limit, after: shown },
      headers: { ETag: '"7"' },
    }
  },
})

const whoAmI = defineRoute({
  method: 'get',
  path: '/api/me',
  summary: 'Who am I',
  tags: ['users'],
  auth: 'session',
  answers: { 200: z.strictObject({ id: z.string() }) },
  handle: async ({ visitor }) => ({ status: 200, body: { id: visitor.userId } }),
})

const token = 'a'.repeat(43)
const authenticate = async (given: string): Promise<Visitor | undefined> =>
  given === token ? { userId: 'u1', sessionId: 's1' } : undefined
const { app } = testApp([createThing, readThing, whoAmI], { register: { authenticate } })

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  send(app, {
    method: 'POST',
    url: '/api/things',
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  })
const good = { name: 'thing', agreed: true }

describe('a writing route', () => {
  it('answers with the body, the position, the revision and the cookie for the next read', async () => {
    const answer = await post(good, { 'idempotency-key': 'key-12345' })
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toEqual({ id: 'thing', key: 'key-12345' })
    expect(answer.headers).toMatchObject({
      location: '/api/things/thing',
      etag: '"0"',
      'cryptotalks-position': '42',
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    })
    expect(answer.headers['set-cookie']).toMatch(
      /^after=42; Path=\/; Max-Age=86400;.* SameSite=Lax$/,
    )
  })

  it('answers a refusal as its table tells it', async () => {
    const answer = await post({ ...good, name: 'taken' })
    expect(answer.statusCode).toBe(409)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({
      type: '/problems/name-taken',
      status: 409,
      code: 'name-taken',
      detail: 'taken is taken.',
      errors: [{ field: 'name', code: 'name-taken' }],
    })
  })

  it("answers a refusal's headers", async () => {
    const answer = await post({ ...good, name: 'early' })
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '7'])
  })

  it.each([
    ['a missing field', { agreed: true }, [['name', 'required']]],
    ['a wrong type', { ...good, name: 5 }, [['name', 'wrong-type']]],
    ['a short text', { ...good, name: 'ab' }, [['name', 'too-short']]],
    ['a long text', { ...good, name: 'a'.repeat(11) }, [['name', 'too-long']]],
    ['a big number', { ...good, size: 6 }, [['size', 'too-big']]],
    [
      'a refinement by its own code',
      { ...good, agreed: false },
      [['agreed', 'terms-not-accepted']],
    ],
    [
      'fields that it does not name',
      { ...good, role: 'admin', id: 1 },
      [
        ['role', 'unknown-field'],
        ['id', 'unknown-field'],
      ],
    ],
    ['a list', [good], [['', 'wrong-type']]],
    ['a NUL', { ...good, name: 'a\0bc' }, [['', 'not-allowed']]],
  ])('refuses %s', async (_what, body, errors) => {
    reachedBodies.length = 0
    const answer = await post(body)
    expect(answer.statusCode).toBe(422)
    expect(answer.json().code).toBe('invalid-input')
    const told: { field: string; code: string; message: string }[] = answer.json().errors
    expect(told.map(({ field, code }) => [field, code])).toEqual(errors)
    for (const { message } of told) expect(message).not.toMatch(/expected|received|undefined/i)
    expect(reachedBodies).toEqual([])
  })

  it.each([
    '{"name":"thing","agreed":true,"__proto__":{"role":"admin"}}',
    '{"name":"thing","agreed":true,"\\u005f_proto__":1}',
    '{"name":"thing","agreed":true,"size":{"__proto__":{"x":1}}}',
  ])('refuses what reaches for the prototype: %s', async body => {
    const answer = await post(body)
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'invalid-input'])
  })

  it.each([
    ['{"name":', 400, 'malformed-json'],
    ['', 400, 'malformed-json'],
    ['['.repeat(60_000), 400, 'malformed-json'],
    [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 422, 'invalid-input'],
    [`{"__proto__":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 400, 'malformed-json'],
    [JSON.stringify({ name: 'x'.repeat(70_000) }), 413, 'body-too-large'],
  ])('refuses a bad body %#', async (body, status, code) => {
    const answer = await post(body)
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  })

  it.each<[string, Record<string, string>]>([
    ['another type', { 'content-type': 'application/xml' }],
    [
      'a form, which it has no page for',
      { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://talks.example' },
    ],
    ['another charset', { 'content-type': 'application/json; charset=latin1' }],
    ['a compressed body', { 'content-encoding': 'gzip' }],
  ])('does not take %s', async (_what, headers) => {
    const answer = await post(good, headers)
    expect([answer.statusCode, answer.json().code]).toEqual([415, 'unsupported-media-type'])
  })

  it('refuses text that is no UTF-8', async () => {
    const answer = await send(app, {
      method: 'POST',
      url: '/api/things',
      payload: Buffer.from([0x22, 0xff, 0x22]),
      headers: { 'content-type': 'application/json; charset=UTF-8' },
    })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'malformed-body'])
  })

  it('names each field that is needed when there is no body', async () => {
    const answer = await send(app, { method: 'POST', url: '/api/things' })
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors).toHaveLength(2)
  })

  it.each(['short', 'with space', 'ünïcode-key', 'x'.repeat(129)])(
    'refuses the idempotency key %s',
    async key => {
      const answer = await post(good, { 'idempotency-key': key })
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'bad-idempotency-key'])
    },
  )
})

describe('a reading route', () => {
  const get = (url: string, headers: Record<string, string> = {}) => send(app, { url, headers })

  it('answers what it was asked, with defaults', async () => {
    const answer = await get('/api/things/a%20b')
    expect(answer.json()).toEqual({ id: 'a b', limit: 30, after: 'none' })
    expect(answer.headers).toMatchObject({ etag: '"7"', 'cache-control': 'private, no-cache' })
  })

  it.each(['limit=0', 'limit=many', 'limit=1&limit=2', 'page=1', '__proto__=1'])(
    'refuses the query %s',
    async query => {
      const answer = await get(`/api/things/1?${query}`)
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-query'])
    },
  )

  it('takes a path part that can be no name as nothing', async () => {
    const answer = await get('/api/things/123456789')
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found'])
  })

  it('answers 304 to whoever knows it', async () => {
    const answer = await get('/api/things/1', { 'if-none-match': 'W/"6", "7"' })
    expect([answer.statusCode, answer.body, answer.headers.etag]).toEqual([304, '', '"7"'])
  })

  it('answers HEAD with the headers alone', async () => {
    const answer = await send(app, { method: 'HEAD', url: '/api/things/1' })
    expect([answer.statusCode, answer.body, answer.headers.etag]).toEqual([200, '', '"7"'])
  })

  it.each<[Record<string, string>, string]>([
    [{ 'cryptotalks-after': '18446744073709551615' }, '18446744073709551615 true'],
    [{ cookie: 'after=9' }, '9 false'],
    [{ cookie: 'after=nonsense' }, 'none'],
    [{ 'cryptotalks-after': '10', cookie: 'after=9' }, '10 true'],
  ])('reads after what %o says', async (headers, after) => {
    expect((await get('/api/things/1', headers)).json().after).toBe(after)
  })

  it.each(['-1', '1.5', '0x1', '18446744073709551616'])('refuses the position %s', async after => {
    const answer = await get('/api/things/1', { 'cryptotalks-after': after })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-position'])
  })

  it('knows its visitor by the session cookie', async () => {
    const answer = await get('/api/me', { cookie: `__Host-session=${token}` })
    expect(answer.json()).toEqual({ id: 'u1' })
  })

  it.each(['', `__Host-session=${'b'.repeat(43)}`, `session=${token}`, '__Host-session=x'])(
    'asks whoever shows %j to sign in',
    async cookie => {
      const answer = await get('/api/me', { cookie })
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'not-signed-in'])
    },
  )
})

describe('registerRoutes', () => {
  it('fails an answer that the route does not promise, when asked to verify', async () => {
    const leaking = defineRoute({
      method: 'get',
      path: '/leak',
      summary: '',
      tags: [],
      answers: { 200: z.strictObject({ id: z.string() }) },
      handle: () => ({ status: 200, body: { id: '1', ...{ password: 'hunter2' } } }),
    })
    const answer = await send(testApp([leaking]).app, '/leak')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('hunter2')
  })

  it('does not start with routes whose visitors nobody can know', () => {
    expect(() => registerRoutes([whoAmI])).toThrow('get /api/me needs authenticate')
  })
})
