// Serves the built site over invented data, to look at it: `npm run look -w web`.

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import type { PageRequest, RenderPage, Theme } from '@cryptotalks/shared-kernel/http/page-renderer'
import { fixtureApi } from './fixture-api.ts'

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain',
}

const policy = (nonce: string) =>
  `default-src 'none'; script-src 'nonce-${nonce}' 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

const cookie = (request: IncomingMessage, name: string) =>
  new RegExp(`${name}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1]

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

type Refused = NonNullable<PageRequest['refused']>

/** What a form is answered here: every one is refused, to see it; a preview is shown. */
function refusedForm(path: string, values: Readonly<Record<string, string>>): Refused {
  const problem =
    path === '/api/previews'
      ? {
          title: 'Preview',
          status: 200,
          code: 'preview',
          detail: `<p>${values.body?.length} characters</p>`,
        }
      : path === '/api/users'
        ? {
            title: 'That user name is taken',
            status: 409,
            code: 'username-taken',
            errors: [
              {
                field: 'username',
                code: 'taken',
                message: `${values.username} is taken. Try ${values.username}2.`,
              },
            ],
          }
        : {
            title: 'That e-mail and password don’t match',
            status: 401,
            code: 'wrong-credentials',
            detail: 'Check for a typing mistake.',
          }
  return { values, problem: { type: `/problems/${problem.code}`, ...problem } }
}

/**
 * A server of the built site; `dist` is the folder that holds client and server.
 * @param api answers what pages and browsers read
 */
export function createSite(render: RenderPage, dist: string, api: typeof fixtureApi = fixtureApi) {
  const page = async (request: IncomingMessage, response: ServerResponse, refused?: Refused) => {
    const nonce = randomBytes(16).toString('base64')
    const now = new Date()
    const visitor = cookie(request, 'visitor')
    const theme = cookie(request, 'theme') as Theme | undefined
    const { status, headers, html } = await render({
      url: `http://${request.headers.host}${request.url}`,
      nonce,
      theme: theme ?? 'dark',
      now,
      idempotencyKey: randomBytes(16).toString('hex'),
      api: path => api(path, { now, visitor }),
      ...(refused ? { refused } : {}),
    })
    response.writeHead(status, { ...headers, 'content-security-policy': policy(nonce) }).end(html)
  }
  const write = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/'
    const body = await bodyOf(request)
    if (request.headers['content-type']?.includes('json')) {
      const { problem } = refusedForm(path, JSON.parse(body) as Record<string, string>)
      response.writeHead(problem.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(problem.status === 200 ? { html: problem.detail } : problem))
      return
    }
    await page(request, response, refusedForm(path, Object.fromEntries(new URLSearchParams(body))))
  }
  return createServer(async (request, response) => {
    const path = new URL(`http://site${request.url ?? '/'}`).pathname
    if (request.method === 'POST') return write(request, response)
    if (path.startsWith('/api/')) {
      const answer = await api(request.url ?? '', {
        now: new Date(),
        visitor: cookie(request, 'visitor'),
      })
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
      return
    }
    const type = types[extname(path)]
    if (!type) return page(request, response)
    const file = createReadStream(join(dist, 'client', normalize(path)))
    file.on('error', () => response.writeHead(404).end())
    response.setHeader('content-type', type)
    file.pipe(response)
  })
}

if (process.argv[1] === import.meta.filename) {
  const dist = join(import.meta.dirname, '..')
  const { render } = (await import(join(dist, 'server/entry-server.js'))) as { render: RenderPage }
  createSite(render, dist).listen(Number(process.argv[2] ?? 8090), '127.0.0.1')
}
