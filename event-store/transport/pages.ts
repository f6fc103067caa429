// The few pages that are served over HTTP/1.1 on the same port.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** A page's status and JSON; no JSON is no body. */
export interface Page {
  readonly status: number
  readonly json?: unknown
}
/** Pages by path. */
export type Pages = Readonly<Record<string, (request: IncomingMessage) => Page>>
/** Pages by method and path, for those that no table can list; undefined for what it has not. */
export type PageSource = (method: string, path: string) => Page | Promise<Page> | undefined

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
export const servePages =
  (pages: Pages, more: PageSource): RequestListener =>
  async (request, response) => {
    request.resume()
    const path = (request.url ?? '/').split('?')[0] as string
    const page = pages[path]
    if (page) {
      const readable = request.method === 'GET' || request.method === 'HEAD'
      answer(response, readable ? page(request) : { status: 405 })
    } else if (/^application\/grpc/.test(request.headers['content-type'] ?? '')) {
      response.writeHead(426, { upgrade: 'h2c', 'content-type': 'application/grpc' }).end()
    } else answer(response, await pageOf(more, request.method ?? 'GET', path))
  }

async function pageOf(source: PageSource, method: string, path: string): Promise<Page> {
  try {
    return (await source(method, path)) ?? { status: 404 }
  } catch (error) {
    return { status: 500, json: { error: (error as Error).message } }
  }
}
