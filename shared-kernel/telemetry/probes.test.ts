import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Listening } from '../http/listen.ts'
import { createLogger } from '../logging/logger.ts'
import type { ReadinessCheck } from './health.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { startProbeServer } from './probe-server.ts'

let server: Listening | undefined
const lines: string[] = []
const logger = createLogger({ name: 'test', destination: { write: line => lines.push(line) } })
afterEach(() => server?.stop())

async function serving(
  checks: Record<string, ReadinessCheck>,
  metrics: Metrics = createMetrics('test'),
): Promise<string> {
  server = await startProbeServer({
    host: '127.0.0.1',
    port: 0,
    checks,
    metrics,
    logger,
    checkTimeoutMilliseconds: 50,
  })
  return `http://127.0.0.1:${server.port}`
}

describe('the probes', () => {
  it('say that the process lives, even when it is not ready', async () => {
    const origin = await serving({ store: () => Promise.reject(new Error('down')) })
    const answer = await fetch(`${origin}/health/live`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ status: 'live' })
  })

  it('say that it is ready, with what the checks have to tell', async () => {
    const origin = await serving({ store: async () => 'at position 42', database: async () => {} })
    const answer = await fetch(`${origin}/health/ready`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      status: 'ready',
      checks: { store: { ok: true, detail: 'at position 42' }, database: { ok: true } },
    })
  })

  it('name the checks that failed or hang, and abort those that hang', async () => {
    let aborted = false
    const origin = await serving({
      database: async () => {},
      store: () => Promise.reject(new Error('connection refused')),
      feed: signal =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true
          })
        }),
    })
    const answer = await fetch(`${origin}/health/ready`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({
      status: 'not-ready',
      checks: {
        database: { ok: true },
        store: { ok: false, detail: 'connection refused' },
        feed: { ok: false, detail: 'no answer within 50 ms' },
      },
    })
    expect(aborted).toBe(true)
  })

  it('take a check that throws at once as failed', async () => {
    const origin = await serving({
      store: () => {
        throw new Error('not configured')
      },
    })
    expect((await fetch(`${origin}/health/ready`)).status).toBe(503)
  })

  it("give the process' metrics, labelled with its name", async () => {
    const metrics = createMetrics('projections')
    metrics.observeRequest({
      method: 'GET',
      route: '/api/posts/:slug',
      status: 200,
      seconds: 0.003,
    })
    metrics.gauge({ name: 'lag_events', help: 'Events behind', collect: gauge => gauge.set(7) })
    metrics.counter({ name: 'parked_total', help: 'Parked', labels: ['why'] }).inc({ why: 'x' })
    const origin = await serving({}, metrics)
    const answer = await fetch(`${origin}/metrics`)
    const text = await answer.text()
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/)
    expect(text).toContain('lag_events{process="projections"} 7')
    expect(text).toContain('parked_total{why="x",process="projections"} 1')
    expect(text).toMatch(
      /http_request_duration_seconds_bucket\{le="0.005",.*route="\/api\/posts\/:slug".*\} 1/,
    )
    expect(text).toContain('process_cpu_seconds_total')
  })
  it.each([
    ['what is no HTTP', '\x01\x02 garbage\r\n\r\n'],
    ['no HTTP after a request', 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n\x01\x02 garbage'],
    [
      'an absurd header',
      `GET /health/live HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
    ],
  ])('go on after %s, of which no word is logged', async (_, bytes) => {
    const origin = await serving({})
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () => socket.end(bytes))
    socket.on('error', () => undefined)
    socket.resume()
    // `once` of node:events would reject where the rest of what was sent is answered with a reset.
    await new Promise(closed => socket.once('close', closed))
    expect((await fetch(`${origin}/health/live`)).status).toBe(200)
    expect(lines).toEqual([])
  })
})
