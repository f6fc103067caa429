import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PageRequest, RenderPage } from './page-renderer.ts'
import { askOverHttp, createPages, loadRenderer } from './pages.ts'
import { send } from './testing/send.ts'
import { testApp } from './testing/test-app.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pages-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function bundle(code: string): Promise<void> {
  await mkdir(join(folder, 'server'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'server', 'entry-server.js'), code)
}

function siteOf(render: RenderPage, askApi = askOverHttp('http://127.0.0.1:1')) {
  const publicUrl = 'https://talks.example'
  const pages = createPages({ render, publicUrl, askApi, now: () => new Date(0) })
  return testApp([], { otherwise: ctx => pages.respond(ctx) }).app
}

describe('the renderer', () => {
  it("is the site's server bundle", async () => {
    await bundle('export const render = async () => ({ status: 200, headers: {}, html: "hi" })')
    const render = await loadRenderer(folder)
    expect((await send(siteOf(render), '/')).body).toBe('hi')
  })

  it('that was not built is missed at the start, with what to do', async () => {
    await expect(loadRenderer(folder)).rejects.toThrow(/The site is not built.*WEB_DIST/)
  })

  it('must be one', async () => {
    await bundle('export const other = 1')
    await expect(loadRenderer(folder)).rejects.toThrow('exports no render')
  })
})

describe('a page', () => {
  it('is drawn from its address, the colours chosen, the nonce of its policy and a key of its own', async () => {
    const drawn: PageRequest[] = []
    const app = siteOf(async request => {
      drawn.push(request)
      return { status: 404, headers: { 'X-Page': 'yes' }, html: '<!doctype html>' }
    })
    const headers = { cookie: 'theme=dark' }
    const answer = await send(app, { url: '/posts?tag=fees', headers })
    await send(app, { url: '/', headers: { cookie: 'theme=pink' } })
    expect(answer.statusCode).toBe(404)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-page': 'yes',
      'cache-control': 'private, no-cache',
    })
    expect(drawn[0]).toMatchObject({
      url: 'https://talks.example/posts?tag=fees',
      theme: 'dark',
      now: new Date(0),
    })
    expect(answer.headers['content-security-policy']).toContain(`'nonce-${drawn[0]?.nonce}'`)
    expect(drawn[1]?.theme).toBe('dark')
    expect(drawn[1]?.idempotencyKey).not.toBe(drawn[0]?.idempotencyKey)
  })

  it("asks the query API with the visitor's cookies and the request's correlation id", async () => {
    let heard: IncomingHttpHeaders = {}
    const api = createServer((request, response) => {
      heard = request.headers
      response.end(JSON.stringify({ path: request.url }))
    })
    await new Promise<void>(resolve => {
      api.listen(0, '127.0.0.1', resolve)
    })
    const { port } = api.address() as AddressInfo
    const app = siteOf(
      async ({ api }) => ({ status: 200, headers: {}, html: await (await api('/api/me')).text() }),
      askOverHttp(`http://127.0.0.1:${port}`),
    )
    const headers = {
      cookie: 'after=7; theme=dark',
      'x-correlation-id': 'b39b7c9e-2c55-4d3a-9d6e-0a1b2c3d4e5f',
    }
    expect((await send(app, { url: '/', headers })).body).toBe('{"path":"/api/me"}')
    expect(heard).toMatchObject(headers)
    api.close()
  })

  it.each([
    '//',
    '//[',
    '//a:99999999/',
    '//evil.example/posts?a=?',
    '/%5c/evil.example/',
    'http://x/y',
  ])('are addresses of the site, whatever is asked for: %s', async path => {
    let drawn = ''
    const app = siteOf(async ({ url }) => {
      drawn = url
      return { status: 404, headers: {}, html: '' }
    })
    expect((await send(app, path)).statusCode).toBe(404)
    expect(new URL(drawn).origin).toBe('https://talks.example')
  })

  it('that can not be drawn for the moment say when to ask again, as what they have asked does', async () => {
    const away = async () => new Response('{}', { status: 503, headers: { 'Retry-After': '2' } })
    const pageOf = (status: number) =>
      siteOf(async ({ api }) => {
        await api('/api/posts')
        return { status, headers: {}, html: '' }
      }, away)
    expect((await send(pageOf(503), '/')).headers['retry-after']).toBe('2')
    expect((await send(pageOf(200), '/')).headers['retry-after']).toBeUndefined()
  })

  it('can not ask anything but the query API', async () => {
    const app = siteOf(async ({ api }) => {
      await api('//evil.example/api/')
      return { status: 200, headers: {}, html: '' }
    })
    expect((await send(app, '/')).statusCode).toBe(500)
  })
})
