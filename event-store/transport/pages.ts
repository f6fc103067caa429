// The few pages that are served over HTTP/1.1 on the same port.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** A page's status and JSON; no JSON is no body. */
export interface Page {
  readonly status: number
  readonly json?: unknown
}
/** Pages by path. */
export type Pages = Readonly<Record<string, (request: IncomingMessage) => Page>>
/** Pages that no table can list: those below a root. */
export interface PageSource {
  /** Such as `/subscriptions`. */
  readonly root: string
  /** The answer to a method and the path's parts below the root; undefined for what there is not. */
  answer(method: string, parts: readonly string[]): Page | Promise<Page> | undefined
}
/** Serves pages, and says of a path whether anything may be there: what is not there has nothing to hide. */
export type ServedPages = RequestListener & { has(path: string): boolean }

/** Which page a request asks for. */
export const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?')[0] as string

function answer(response: ServerResponse, { status, json }: Page): void {
  if (json === undefined) {
    response.writeHead(status, { 'content-length': 0 }).end()
    return
  }
  const body = JSON.stringify(json)
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    })
    .end(body)
}

/** Serves the pages to GET and HEAD, and what `more` has; a gRPC path over HTTP/1.1 is told to upgrade. */
export function servePages(pages: Pages, more: PageSource): ServedPages {
  const isMore = (path: string): boolean => path === more.root || path.startsWith(`${more.root}/`)
  const serve: RequestListener = async (request, response) => {
    request.resume()
    const { method = 'GET' } = request
    const path = pathOf(request)
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    if (page) {
      const readable = method === 'GET' || method === 'HEAD'
      answer(response, readable ? page(request) : { status: 405 })
    } else if (isMore(path)) answer(response, await pageOf(more, method, path))
    else if (/^application\/grpc/.test(request.headers['content-type'] ?? '')) {
      response.writeHead(426, { upgrade: 'h2c', 'content-type': 'application/grpc' }).end()
    } else answer(response, { status: 404 })
  }
  return Object.assign(serve, { has: (path: string) => Object.hasOwn(pages, path) || isMore(path) })
}

async function pageOf(source: PageSource, method: string, path: string): Promise<Page> {
  try {
    const parts = path.slice(source.root.length).split('/').slice(1)
    return (await source.answer(method, parts)) ?? { status: 404 }
  } catch (error) {
    return { status: 500, json: { error: (error as Error).message } }
  }
}
