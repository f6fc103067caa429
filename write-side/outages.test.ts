import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEventStore } from '@cryptotalks/event-store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from './testing/test-write-side.ts'

let side: TestWriteSide
let dir: string
let eventStore: Awaited<ReturnType<typeof startEventStore>>
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'outages-'))
  eventStore = await startEventStore({ dir })
  side = await startTestWriteSide(eventStore)
})
afterEach(async () => {
  await side?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const password = 'a quiet long night'
const draft = { title: 'Through it all', body: 'Words.', tags: [] }
const unavailable = { status: 503, body: { code: 'unavailable' } }

describe('while the event store is away', () => {
  it('a write says that it may be repeated, and repeated later takes effect once', async () => {
    const { Cookie } = await side.member()
    expect((await side.post('/api/posts', draft, { Cookie })).status).toBe(201)
    const headers = { Cookie, 'Idempotency-Key': randomUUID() }
    await eventStore.stop()
    const [post, user, session] = await Promise.all([
      side.post('/api/posts', { ...draft, title: 'In the dark' }, headers),
      side.register('nobody'),
      side.post('/api/sessions', { login: 'nobody', password }),
    ])
    for (const sent of [post, user, session]) {
      expect(sent).toMatchObject(unavailable)
      expect(sent.headers.get('Retry-After')).toMatch(/^\d+$/)
      expect(sent.body.detail).toContain('same idempotency key')
    }
    const ready = await side.send('GET', '/health/ready')
    expect(ready).toMatchObject({ status: 503, body: { checks: { 'event store': { ok: false } } } })
    expect((await side.send('GET', '/health/live')).status).toBe(200)

    eventStore = await startEventStore({ dir, port: eventStore.port })
    const repeat = () => side.post('/api/posts', { ...draft, title: 'In the dark' }, headers)
    const [one, other] = [await repeat(), await repeat()]
    expect([one.status, other.text]).toEqual([201, one.text])
    expect((await side.send('GET', '/health/ready')).status).toBe(200)
    await eventStore.stop()
  })
})

describe('while Postgres is away', () => {
  it('whoever has just written can write on, others are told to come again, and tries are counted', async () => {
    const { Cookie, username } = await side.member()
    expect((await side.post('/api/posts', draft, { Cookie })).status).toBe(201)
    await side.postgres.kill()
    // The author's key is still in memory.
    expect((await side.post('/api/posts', draft, { Cookie })).status).toBe(201)
    expect(await side.register('somebody')).toMatchObject(unavailable)
    for (let n = 0; n < 10; n++)
      expect(
        (await side.post('/api/sessions', { login: username, password: 'wrong guess' })).status,
      ).toBe(401)
    const stopped = await side.post('/api/sessions', { login: username, password })
    expect([stopped.status, stopped.body.code]).toEqual([429, 'too-many-attempts'])
    const ready = await side.send('GET', '/health/ready')
    expect(ready).toMatchObject({ status: 503, body: { checks: { postgres: { ok: false } } } })

    await side.postgres.restart()
    expect((await side.register('somebody')).status).toBe(201)
    expect((await side.send('GET', '/health/ready')).status).toBe(200)
    await eventStore.stop()
  })
})
