import { once } from 'node:events'
import { connect } from 'node:net'
import Router from '@koa/router'
import type { Middleware } from 'koa'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createLogger } from '../logging/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { probeRouter } from '../telemetry/probe-router.ts'
import { createApp } from './create-app.ts'
import { listen } from './listen.ts'
import { defineRoute } from './route.ts'
import { send } from './testing/send.ts'
import { testApp } from './testing/test-app.ts'

const echo = defineRoute({
  method: 'post',
  path: '/api/echo',
  summary: 'Answers what it is sent',
  tags: [],
  body: z.object({ text: z.string() }),
  answers: { 200: z.object({ text: z.string() }) },
  handle: ({ body }) => ({ status: 200, body }),
})

const peer = defineRoute({
  method: 'get',
  path: '/api/peer/:id',
  summary: 'Answers how it was asked',
  tags: [],
  answers: { 200: z.object({ ip: z.string(), host: z.string(), secure: z.boolean() }) },
  handle: ({ ctx }) => ({ status: 200, body: { ip: ctx.ip, host: ctx.host, secure: ctx.secure } }),
})

const broken = defineRoute({
  method: 'get',
  path: '/api/broken',
  summary: 'Fails',
  tags: [],
  answers: { 200: z.object({}) },
  handle: () => {
    throw new Error('the database said: secret', { cause: new Error('connection reset') })
  },
})

const routes = [echo, peer, broken]
const someId = 'b39b7c9e-2c55-4d3a-9d6e-0a1b2c3d4e5f'
const { app } = testApp(routes)

describe('every answer', () => {
  it('carries the headers that bind the browser, with a fresh nonce', async () => {
    const [one, other] = await Promise.all([send(app, '/api/peer/1'), send(app, '/api/peer/1')])
    const policy = String(one.headers['content-security-policy'])
    expect(policy).toMatch(
      /^default-src 'none';script-src 'nonce-[A-Za-z0-9+/]{22}==' 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';manifest-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'$/,
    )
    expect(other.headers['content-security-policy']).not.toBe(policy)
    expect(one.headers).toMatchObject({
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'strict-origin-when-cross-origin',
    })
    expect(one.headers).not.toHaveProperty('x-powered-by')
  })

  it('carries the correlation id of its asker, when it has the form of ours', async () => {
    const ask = async (id: string) =>
      (await send(app, { url: '/none', headers: { 'x-correlation-id': id } })).headers[
        'x-correlation-id'
      ]
    expect(await ask(someId)).toBe(someId)
    const foreign = ['short', 'trace-1234.x', `${someId}0`, someId.toUpperCase(), '<script>aaa']
    for (const id of foreign) expect(foreign).not.toContain(await ask(id))
  })

  it('is logged and measured by its route, without its query', async () => {
    const { app, logged, metrics } = testApp(routes)
    const url = '/api/peer/1?token=hunter2'
    await send(app, { url, headers: { 'x-correlation-id': someId } })
    expect(logged).toMatchObject([
      { msg: 'answered', route: '/api/peer/:id', status: 200, correlationId: someId },
    ])
    expect(JSON.stringify(logged)).not.toContain('hunter2')
    expect(await metrics.registry.metrics()).toMatch(
      /http_request_duration_seconds_count\{.*route="\/api\/peer\/:id",status="200".*\} 1/,
    )
  })
})

it('probes are logged at debug only, whatever they answer', async () => {
  const checks = { store: () => Promise.reject(new Error('away')) }
  const probes = probeRouter({ checks, metrics: createMetrics('test') })
  const { app, logged } = testApp(routes, { routers: [probes] })
  for (const url of ['/health/live', '/health/ready', '/metrics', '/api/none']) await send(app, url)
  expect(logged.map(({ route, status, level }) => [route, status, level])).toEqual([
    ['/health/live', 200, 'debug'],
    ['/health/ready', 503, 'debug'],
    ['/metrics', 200, 'debug'],
    ['(none of the API)', 404, 'info'],
  ])
})

it('no name in a path reaches a log line, whatever the answer is', async () => {
  const { app, logged } = testApp(routes)
  for (const url of ['/api/peer/quartermain', '/api/quartermain', '/quartermain', '/api/broken'])
    for (const method of ['GET', 'PUT', 'POST'] as const) await send(app, { method, url })
  expect(logged.length).toBeGreaterThanOrEqual(12)
  expect(JSON.stringify(logged)).not.toContain('quartermain')
  expect(logged).toContainEqual(expect.objectContaining({ route: '/api/peer/:id', status: 405 }))
})

describe('a client that', () => {
  const head = 'POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
  it.each([
    [
      'goes away within its body',
      `${head}Expect: 100-continue\r\nContent-Length: 100\r\n\r\n{"text":"`,
    ],
    ['sends a chunk that is none', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`],
    [
      'sends what is no HTTP after its request',
      'GET /api/peer/1 HTTP/1.1\r\nHost: x\r\n\r\n\x01\x02',
    ],
    ['sends a body that is no JSON', `${head}Content-Length: 3\r\n\r\n{{{`],
  ])('%s leaves no error and no stack in the log', async (_, bytes) => {
    const { app, logged } = testApp(routes)
    const server = await listen(app, { host: '127.0.0.1', port: 0 })
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(bytes)
    await once(socket, 'data')
    socket.destroy()
    await server.stop()
    await vi.waitFor(() => expect(logged.some(({ msg }) => msg === 'answered')).toBe(true))
    for (const { level, err } of logged) {
      expect(['debug', 'info']).toContain(level)
      expect(err).toBeUndefined()
    }
  })
})

describe('what goes wrong', () => {
  it.each([
    ['GET', '/api/none', 404, 'not-found'],
    ['POST', '/api/none', 404, 'not-found'],
    ['GET', '/api/peer/%E0%A4%A', 400, 'malformed-uri'],
    ['GET', '/api/peer/%00', 400, 'malformed-uri'],
    ['GET', '/api/peer/1?q=%00', 400, 'malformed-uri'],
    ['GET', '/API/peer/1', 404, 'not-found'],
    ['DELETE', '/api/echo', 405, 'method-not-allowed'],
  ] as const)('is told as a problem: %s %s', async (method, url, status, code) => {
    const answer = await send(app, { method, url })
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({
      type: `/problems/${code}`,
      status,
      code,
      instance: `urn:correlation:${answer.headers['x-correlation-id']}`,
    })
  })

  it('says which methods there are', async () => {
    const refused = await send(app, { method: 'PUT', url: '/api/peer/1' })
    expect([refused.statusCode, refused.headers.allow]).toEqual([405, 'GET, HEAD'])
    const asked = await send(app, { method: 'OPTIONS', url: '/api/echo' })
    expect([asked.statusCode, asked.headers.allow]).toEqual([204, 'POST'])
  })

  it('tells the client a number, and the log the whole story, when we are at fault', async () => {
    const { app, logged } = testApp(routes)
    const answer = await send(app, '/api/broken')
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ code: 'internal-error' })
    expect(answer.json().detail).toContain(answer.headers['x-correlation-id'])
    expect(answer.body).not.toMatch(/secret|stack|\.ts/)
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({
      level: 'error',
      msg: 'answered',
      route: '/api/broken',
      status: 500,
    })
    expect(JSON.stringify(logged[0])).toMatch(/the database said: secret.*connection reset/)
  })

  it('is a page to whoever would rather read HTML', async () => {
    const answer = await send(app, { url: '/none', headers: { accept: 'text/html,*/*;q=0.8' } })
    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.body).toContain('<h1>There is nothing here</h1>')
  })

  it('asks what is left before nothing is found', async () => {
    const { app } = testApp(routes, {
      otherwise: ctx => {
        ctx.body = `page ${ctx.path}`
      },
    })
    expect((await send(app, '/posts')).body).toBe('page /posts')
    expect((await send(app, { method: 'DELETE', url: '/api/echo' })).statusCode).toBe(405)
  })
})

describe('a proxy', () => {
  const forwarded = {
    'x-forwarded-for': '6.6.6.6, 203.0.113.9',
    'x-forwarded-host': 'talks.example',
    'x-forwarded-proto': 'https',
  }
  const ask = async (trustProxy: 'never' | 'loopback' | 'always', remoteAddress: string) => {
    const { app } = testApp(routes, { trustProxy })
    return (await send(app, { url: '/api/peer/1', remoteAddress, headers: forwarded })).json()
  }
  const believed = { ip: '203.0.113.9', host: 'talks.example', secure: true }

  it.each([
    ['loopback', '127.0.0.1', believed],
    ['loopback', '::ffff:127.0.0.1', believed],
    ['loopback', '10.0.0.7', { ip: '10.0.0.7', host: 'localhost:80', secure: false }],
    ['always', '10.0.0.7', believed],
    ['never', '127.0.0.1', { ip: '127.0.0.1', host: 'localhost:80', secure: false }],
  ] as const)('trusted %s is believed as it should be from %s', async (trust, address, seen) => {
    expect(await ask(trust, address)).toEqual(seen)
  })

  it('is not believed about an address that is none', async () => {
    for (const claimed of ['nonsense', '6.6.6.6, nonsense', '', '1.2.3.4:80']) {
      const headers = { 'x-forwarded-for': claimed }
      const { ip } = (
        await send(app, { url: '/api/peer/1', remoteAddress: '127.0.0.1', headers })
      ).json()
      expect(ip, claimed).toBe('127.0.0.1')
    }
  })

  it('does not reach the probes, however it is trusted', async () => {
    const otherwise = probeRouter({
      checks: {},
      metrics: createMetrics('test'),
    }).routes() as unknown as Middleware
    for (const trustProxy of ['never', 'loopback', 'always'] as const) {
      const { app } = testApp(routes, { trustProxy, otherwise })
      for (const url of ['/metrics', '/health/ready', '/health/live']) {
        expect((await send(app, url)).statusCode).toBe(200)
        const headers = { 'x-forwarded-for': '203.0.113.9' }
        const passedOn = await send(app, { url, headers })
        expect([passedOn.statusCode, passedOn.json().code]).toEqual([404, 'not-found'])
        for (const spelling of [`${url}/`, url.toUpperCase()])
          expect((await send(app, spelling)).statusCode).toBe(404)
      }
    }
  })
})

describe('a write', () => {
  const write = async (headers: Record<string, string>) => {
    const payload = '{"text":"x"}'
    const contentType = { 'content-type': 'application/json' }
    const request = { method: 'POST', url: '/api/echo', payload } as const
    return (await send(app, { ...request, headers: { ...contentType, ...headers } })).statusCode
  }

  it.each<Record<string, string>>([
    {},
    { origin: 'https://talks.example' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:8080' },
    { referer: 'https://talks.example/sign-in' },
  ])('from our pages or a program passes: %o', async headers => {
    expect(await write(headers)).toBe(200)
  })

  it.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'https://talks.example.evil.example' },
    { origin: 'http://talks.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://sub.talks.example' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://talks.example' },
    { referer: 'https://evil.example/' },
    { referer: 'nonsense' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'multipart/form-data; boundary=x' },
  ])('from elsewhere does not, and is told from where it would: %o', async headers => {
    const { body } = await send(app, { method: 'POST', url: '/api/echo', payload: 'x', headers })
    expect(JSON.parse(body).detail).toContain('https://talks.example')
    expect(await write(headers)).toBe(403)
  })
})

describe('over a real connection', () => {
  it('a body somewhat too large is answered, and the connection goes on', async () => {
    const server = await listen(app, { host: '127.0.0.1', port: 0 })
    const post = (text: string) =>
      fetch(`http://127.0.0.1:${server.port}/api/echo`, {
        method: 'POST',
        body: JSON.stringify({ text }),
        headers: { 'content-type': 'application/json' },
      })
    const refused = await post('x'.repeat(500_000))
    expect([refused.status, refused.headers.get('connection')]).toEqual([413, 'keep-alive'])
    await refused.text()
    expect((await post('x')).status).toBe(200)
    await server.stop()
  })

  it('a stop lets the answer under way finish', async () => {
    let arrived = () => {}
    const waiting = new Promise<void>(resolve => {
      arrived = resolve
    })
    let finish = () => {}
    const router = new Router().get('/slow', async ctx => {
      arrived()
      await new Promise<void>(resolve => {
        finish = resolve
      })
      ctx.body = 'done'
    })
    const logger = createLogger({ name: 'test', level: 'silent' })
    const slow = createApp({
      logger,
      metrics: createMetrics('test'),
      routers: [router],
      publicUrl: 'https://talks.example',
    })
    const server = await listen(slow, { host: '127.0.0.1', port: 0 })
    const answer = fetch(`http://127.0.0.1:${server.port}/slow`)
    await waiting
    const stopped = server.stop()
    finish()
    expect(await (await answer).text()).toBe('done')
    await stopped
  })
})
