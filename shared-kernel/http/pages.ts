// Answers with the site's pages, as its server bundle draws them.
import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Context } from 'koa'
import { themeOf } from './cookies.ts'
import { correlationIdHeader } from './correlation-id.ts'
import type { PageRequest, RenderPage } from './page-renderer.ts'
import { stateOf } from './request-state.ts'

export interface Pages {
  /** Answers with the page at `path` (the request's own, unless given), and with what was refused on it, if something was. */
  respond(ctx: Context, page?: PageAsked): Promise<void>
}

export interface PageAsked {
  readonly path?: string
  readonly refused?: NonNullable<PageRequest['refused']>
}

/** Asks the query API in the name of the request's visitor. */
export type AskApi = (path: string, ctx: Context) => Promise<Response>

export interface PagesOptions {
  readonly render: RenderPage
  /** Where browsers reach the site: pages know their address by it. */
  readonly publicUrl: string
  readonly askApi: AskApi
  readonly now?: () => Date
}

/** The face of the site's server bundle in `webDist`. Throws, and says what to do, when there is none. */
export async function loadRenderer(webDist: string): Promise<RenderPage> {
  const file = resolve(join(webDist, 'server', 'entry-server.js'))
  try {
    await access(file)
  } catch (cause) {
    throw new Error(`The site is not built: there is no ${file}. Build it, or set WEB_DIST.`, {
      cause,
    })
  }
  const bundle: { readonly render?: RenderPage } = await import(pathToFileURL(file).href)
  if (typeof bundle.render === 'function') return bundle.render
  throw new Error(`${file} is not the site's server bundle: it exports no render.`)
}

/** Pages drawn by `render`, with this answer's nonce, the visitor's colours and a fresh idempotency key. */
export function createPages(options: PagesOptions): Pages {
  const { render, publicUrl, askApi, now = () => new Date() } = options
  return {
    async respond(ctx, { path = ctx.originalUrl, refused } = {}) {
      let retryAfter = Number.POSITIVE_INFINITY
      const page = await render({
        url: addressOf(path, publicUrl),
        nonce: stateOf(ctx).nonce,
        theme: themeOf(ctx),
        now: now(),
        idempotencyKey: randomUUID(),
        api: async apiPath => {
          const answer = await askApi(localApiPath(apiPath), ctx)
          const seconds = Number(answer.headers.get('Retry-After') ?? 0)
          if (answer.status === 503 && seconds > 0) retryAfter = Math.min(retryAfter, seconds)
          return answer
        },
        ...(refused !== undefined && { refused }),
      })
      ctx.status = refused?.problem.status ?? page.status
      // Each page has a nonce and a key of its own, so none may be stored; and it shows who is signed in.
      ctx.set('Cache-Control', refused === undefined ? 'private, no-cache' : 'no-store')
      ctx.set({ ...page.headers })
      if (ctx.status === 503 && Number.isFinite(retryAfter))
        ctx.set('Retry-After', String(retryAfter))
      if (!('content-type' in lowerCased(page.headers))) ctx.type = 'html'
      ctx.body = page.html
    },
  }
}

/** The site's address with this path, whatever the path is: taken as one text, `//host/` would name another host. */
function addressOf(path: string, publicUrl: string): string {
  const url = new URL(publicUrl)
  const [pathname = '/', ...search] = path.split('?')
  url.pathname = pathname
  url.search = search.join('?')
  return url.href
}

const lowerCased = (headers: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

function localApiPath(path: string): string {
  if (path.startsWith('/api/')) return path
  throw new Error(`Pages ask paths that begin with /api/, not ${path}`)
}

// A page that has waited this long for its data says so rather than keep its reader.
const askTimeoutMilliseconds = 5_000

/** Asks the query API over HTTP at `baseUrl`, with the visitor's cookies and the request's correlation id. */
export function askOverHttp(baseUrl: string): AskApi {
  return (path, ctx) =>
    fetch(new URL(path, baseUrl), {
      headers: {
        accept: 'application/json',
        [correlationIdHeader]: stateOf(ctx).correlationId,
        ...(ctx.get('Cookie') !== '' && { cookie: ctx.get('Cookie') }),
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(askTimeoutMilliseconds),
    })
}
