import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type EventStoreServer, startEventStore } from '@cryptotalks/event-store'
import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { parseConfig } from '@cryptotalks/shared-kernel/config/parse-config'
import { type Listening, listen } from '@cryptotalks/shared-kernel/http/listen'
import type { Container } from 'inversify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose, services } from './composition.ts'
import { configSchema } from './config.ts'
import { ask, type RawAnswer } from './testing/ask.ts'
import { createReadModels, type ReadModels } from './testing/read-models.ts'
import { addPosts } from './testing/rows.ts'
import { buildSite, type SiteBuild } from './testing/site-build.ts'

let server: TestPostgres
let eventStore: EventStoreServer
let models: ReadModels
let build: SiteBuild
let container: Container
let listening: Listening
let origin: string

beforeAll(async () => {
  server = await startTestPostgres()
  eventStore = await startEventStore({ memory: true })
  const connectionString = await server.createDatabase('composed')
  models = await createReadModels(connectionString)
  await addPosts(models.db, [{ position: 1, title: '</script><b>' }])
  build = buildSite()
  container = await compose(configFor(connectionString, build.folder))
  container.get(services.follower)
  listening = await listen(container.get(services.app), { host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${listening.port}`
  await models.project('posts', 10)
  expect(await container.get(services.positions).reached(['posts'], 10n, 20_000)).toBe(true)
})

afterAll(async () => {
  await listening?.stop()
  await container?.get(services.follower).stop()
  await container?.get(services.database).destroy()
  await container?.get(services.store).close()
  build?.remove()
  await models?.close()
  await server?.stop()
  await eventStore?.stop()
})

const configFor = (databaseUrl: string, webDist: string) =>
  parseConfig(configSchema, {
    DATABASE_URL: databaseUrl,
    EVENTSTORE_URL: eventStore.connectionString,
    PUBLIC_URL: 'https://talks.example',
    WEB_DIST: webDist,
    OPENAPI_FILE: join(webDist, 'openapi.json'),
    LOG_LEVEL: 'silent',
  })

/** What a page of the test's site tells it was drawn from. */
function toldBy({ body }: RawAnswer) {
  const json = /type="application\/json">(.*?)<\/script>/.exec(body.toString())?.[1]
  return JSON.parse(json ?? 'null')
}

describe('a page', () => {
  it('is drawn with what the API answers', async () => {
    const page = await ask(`${origin}/talk?ask=/api/posts&ask=/api/posts/none`)
    expect(page.status).toBe(200)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['x-page']).toBe('/talk')
    const { path, answers } = toldBy(page)
    expect(path).toBe('/talk')
    expect(answers[0]).toMatchObject({ status: 200, position: '10' })
    expect(answers[0].body.items[0].title).toBe('</script><b>')
    expect(answers[1]).toMatchObject({ status: 404, body: { code: 'post-not-found' } })
  })

  it("has the status that it says, and the visitor's colours", async () => {
    const page = await ask(`${origin}/nowhere`, { cookie: 'theme=dark' })
    expect([page.status, toldBy(page).theme]).toEqual([404, 'dark'])
  })

  it('may run the scripts that carry its nonce, which no other page has', async () => {
    const [one, other] = await Promise.all([ask(`${origin}/`), ask(`${origin}/`)])
    const nonceOf = ({ body }: RawAnswer) => /nonce="([^"]+)"/.exec(body.toString())?.[1] ?? ''
    expect(one.headers['content-security-policy']).toContain(`'nonce-${nonceOf(one)}'`)
    expect(nonceOf(one)).not.toBe(nonceOf(other))
  })

  it('waits for what its visitor has just written', async () => {
    const page = ask(`${origin}/?ask=/api/posts`, { cookie: 'after=20' })
    await addPosts(models.db, [{ position: 20 }])
    await models.project('posts', 20)
    expect(toldBy(await page).answers[0].body.items[0].id).toBe('post-20')
  })

  it('asks in the name of its visitor, and is kept by nobody when they are signed in', async () => {
    const guest = await ask(`${origin}/?ask=/api/me`)
    expect(guest.headers['cache-control']).toBe('private, no-cache')
    const cookie = `__Host-session=${'A'.repeat(43)}`
    const visitor = await ask(`${origin}/?ask=/api/me`, { cookie })
    expect(visitor.headers['cache-control']).toBe('private, no-store')
    expect(toldBy(visitor).answers[0].body.code).toBe('not-signed-in')
  })

  it('comes compressed', async () => {
    const page = await ask(`${origin}/`, { 'accept-encoding': 'gzip, br' })
    expect(page.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(page.body).toString()).toContain('<!doctype html>')
  })

  it('that breaks says so without its insides', async () => {
    const page = await ask(`${origin}/broken`, { accept: 'text/html' })
    expect(page.status).toBe(500)
    expect(page.headers['content-type']).toMatch(/^text\/html/)
    expect(page.body.toString()).not.toMatch(/the page is broken|entry-server/)
  })

  it('can not be posted to', async () => {
    const { status, headers } = await ask(`${origin}/talk`, {}, 'POST')
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it.each(['/api', '/api/nothing', '/assets/gone.js', '/favicon.ico', '/health/other'])(
    'is not what %s answers',
    async path => {
      const { status, headers } = await ask(`${origin}${path}`)
      expect([status, headers['content-type']]).toEqual([404, 'application/problem+json'])
    },
  )
})

describe('a file', () => {
  it('that is named by its content may be kept for ever', async () => {
    const { status, headers, body } = await ask(`${origin}/assets/entry-abc.js`)
    expect([status, body.toString()]).toEqual([200, build.script])
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(headers['content-type']).toMatch(/^text\/javascript/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('is sent as %s, as the build has compressed it', async (encoding, decompress) => {
    const url = `${origin}/assets/entry-abc.js`
    const { headers, body } = await ask(url, { 'accept-encoding': encoding })
    expect([headers['content-encoding'], headers.vary]).toEqual([encoding, 'Accept-Encoding'])
    expect(decompress(body).toString()).toBe(build.script)
    const again = await ask(url, {
      'accept-encoding': encoding,
      'if-none-match': String(headers.etag),
    })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  it('has another tag in each encoding', async () => {
    const url = `${origin}/assets/entry-abc.js`
    const tags = await Promise.all(
      ['br', 'gzip', 'identity'].map(async encoding => {
        const { headers } = await ask(url, { 'accept-encoding': encoding })
        return headers.etag
      }),
    )
    expect(new Set(tags).size).toBe(3)
  })

  it('is asked for by HEAD, without its body', async () => {
    const { status, headers, body } = await ask(`${origin}/robots.txt`, {}, 'HEAD')
    expect([status, headers['content-length'], body.length]).toEqual([200, '14', 0])
    expect(headers['cache-control']).toBe('public, max-age=3600')
  })

  it('is still there when a new build has removed it', async () => {
    rmSync(join(build.folder, 'client', 'assets', 'letters-abc.woff2'))
    const { status, headers, body } = await ask(`${origin}/assets/letters-abc.woff2`)
    expect([status, headers['content-type'], body.length]).toEqual([200, 'font/woff2', 3])
  })

  it.each([
    '/.vite/manifest.json',
    '/assets/..%2f..%2fserver/entry-server.js',
    '/assets/../../package.json',
    '/assets/entry-abc.js.br',
  ])('%s is none of the site', async path => {
    const { body, headers } = await ask(`${origin}${path}`)
    expect(headers['cache-control']).not.toMatch(/public/)
    expect(body.toString()).not.toMatch(/module|render\(request/)
  })
})

describe('the process', () => {
  it('is ready while Postgres answers and the projections are followed', async () => {
    const { status, body } = await ask(`${origin}/health/ready`)
    expect([status, JSON.parse(body.toString())]).toEqual([
      200,
      { status: 'ready', checks: { postgres: { ok: true }, projections: { ok: true } } },
    ])
  })

  it('measures requests by their route, also when the answer was given before', async () => {
    const countOf = async (route: string) => {
      const { body } = await ask(`${origin}/metrics`)
      const lines = body.toString().split('\n')
      const counts = lines.filter(
        line => line.includes('_seconds_count{') && line.includes(`route="${route}",status="200"`),
      )
      return Number(counts[0]?.split(' ').at(-1) ?? 0)
    }
    const paths = ['/api/posts', '/api/posts', '/talk', '/robots.txt']
    const routes = ['/api/posts', '(page)', '(file)']
    const before = await Promise.all(routes.map(countOf))
    await Promise.all(paths.map(path => ask(`${origin}${path}`)))
    const after = await Promise.all(routes.map(countOf))
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([2, 1, 1])
  })

  it('says so when the OpenAPI document has not been built', async () => {
    const { status, body } = await ask(`${origin}/api/openapi.json`)
    expect([status, JSON.parse(body.toString()).code]).toEqual([404, 'no-openapi-document'])
  })

  it('does not start without a build of the site', async () => {
    const config = configFor('postgres://nowhere', join(build.folder, 'nothing'))
    await expect(compose(config)).rejects.toThrow(/The site is not built/)
  })
})
