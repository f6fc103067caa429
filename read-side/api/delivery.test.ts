import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { type Listening, listen } from '@cryptotalks/shared-kernel/http/listen'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../testing/ask.ts'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addPosts } from '../testing/rows.ts'
import { startTestApi, type TestApi } from '../testing/test-api.ts'

let server: TestPostgres
let models: ReadModels
let api: TestApi
let listening: Listening
let url: string

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('delivery')
  models = await createReadModels(connectionString)
  api = startTestApi(connectionString)
  listening = await listen(api.app, { host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${listening.port}/api/posts`
  await addPosts(
    models.db,
    Array.from({ length: 40 }, (_, index) => ({ position: index + 1 })),
  )
  await api.follows(['posts'], 0)
})

afterAll(async () => {
  await listening?.stop()
  await api?.close()
  await models?.close()
  await server?.stop()
})

describe('an answer', () => {
  it.each(['identity;q=0', '*;q=0', 'deflate, identity;q=0', 'zstd, *;q=0'])(
    'there is none for who takes none of what we have: %s',
    async encodings => {
      const { status, headers, body } = await ask(url, { 'accept-encoding': encodings })
      expect([status, JSON.parse(body.toString()).code]).toEqual([406, 'not-acceptable'])
      expect(headers['content-encoding']).toBeUndefined()
    },
  )

  it('is compressed, however short, for who refuses it plain', async () => {
    const { headers, body } = await ask(`${url}?q=nothing`, {
      'accept-encoding': 'gzip, identity;q=0',
    })
    expect(headers['content-encoding']).toBe('gzip')
    expect(JSON.parse(gunzipSync(body).toString()).items).toEqual([])
  })

  it.each(['', ' ', 'gzip;q=x', ';;,', 'x', 'identity;q=0.5'])(
    'comes plain to who says nothing that we understand: "%s"',
    async encodings => {
      const { status, headers } = await ask(url, { 'accept-encoding': encodings })
      expect([status, headers['content-encoding']]).toEqual([200, undefined])
    },
  )

  it('is not sent again to who has it, until it changes', async () => {
    const first = await ask(url)
    const etag = String(first.headers.etag)
    expect(etag).toMatch(/^W\/"/)

    const again = await ask(url, { 'If-None-Match': etag })
    expect([again.status, again.body.length]).toEqual([304, 0])
    expect(again.headers.etag).toBe(etag)
    expect(again.headers['cache-control']).toBe('public, no-cache')
    expect(again.headers['cryptotalks-position']).toBe('0')

    await addPosts(models.db, [{ position: 99 }])
    await models.project('posts', 99)
    await api.follows(['posts'], 99)
    const changed = await ask(url, { 'If-None-Match': etag })
    expect(changed.status).toBe(200)
    expect(changed.headers.etag).not.toBe(etag)
  })

  it('keeps its tag when the log has moved on but the answer is the same', async () => {
    const { headers } = await ask(url)
    await models.project('posts', 5_000)
    await api.follows(['posts'], 5_000)
    const again = await ask(url, { 'If-None-Match': String(headers.etag) })
    expect(again.status).toBe(304)
    expect(again.headers['cryptotalks-position']).toBe('5000')
  })

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('comes compressed by %s to who understands it', async (encoding, decompress) => {
    const plain = await ask(url)
    const compressed = await ask(url, { 'Accept-Encoding': encoding })
    expect(compressed.headers['content-encoding']).toBe(encoding)
    expect(compressed.headers.vary).toMatch(/Accept-Encoding/)
    expect(decompress(compressed.body).toString()).toBe(plain.body.toString())
    expect(compressed.body.length).toBeLessThan(plain.body.length / 2)
    const again = await ask(url, {
      'Accept-Encoding': encoding,
      'If-None-Match': String(compressed.headers.etag),
    })
    expect(again.status).toBe(304)
  })

  it('is asked for without its body by HEAD', async () => {
    const { status, headers, body } = await ask(url, {}, 'HEAD')
    const whole = await ask(url)
    expect([status, body.length]).toEqual([200, 0])
    expect(headers.etag).toBe(whole.headers.etag)
    expect(headers['content-length']).toBe(String(whole.body.length))
  })

  it('that refuses is kept by nobody', async () => {
    const { status, headers } = await ask(`${url}?limit=0`)
    expect([status, headers['cache-control'], headers.etag]).toEqual([400, 'no-store', undefined])
  })
})
