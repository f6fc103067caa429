// The few pages that are served over HTTP/1.1 on the same port.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from './principal.ts'

/** A page's status and what it holds: JSON, words for people, or nothing. */
export interface Page {
  readonly status: number
  readonly json?: unknown
  /** Printable ASCII: sent as plain text, and as the reason phrase. */
  readonly words?: string
  readonly headers?: Readonly<Record<string, string>>
}
/** Pages by path. */
export type Pages = Readonly<Record<string, (request: IncomingMessage) => Page>>

/** What is asked of a page that no table lists. */
export interface PageRequest {
  readonly method: string
  /** The path's parts below the root, decoded. */
  readonly parts: readonly string[]
  readonly headers: IncomingHttpHeaders
  readonly principal: Principal
  /** All that was sent with it; undefined if that is more than so many bytes. */
  body(most: number): Promise<Buffer | undefined>
}
/** Pages that no table can list: those below a root. */
export interface PageSource {
  /** Such as `/subscriptions`. */
  readonly root: string
  /** Undefined for what there is not. */
  answer(request: PageRequest): Page | undefined | Promise<Page | undefined>
}
/** Serves pages to somebody, and says of a path whether anything may be there: what is not there has nothing to hide. */
export interface ServedPages {
  (request: IncomingMessage, response: ServerResponse, principal: Principal): void
  has(path: string): boolean
}

/** Which page a request asks for. */
export const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?')[0] as string

function answer(response: ServerResponse, { status, json, words, headers }: Page): void {
  const body = json === undefined ? (words ?? '') : JSON.stringify(json)
  const type = json === undefined ? 'text/plain' : 'application/json'
  if (words !== undefined) response.statusMessage = words
  response
    .writeHead(status, {
      ...(body === '' ? {} : { 'content-type': `${type}; charset=utf-8` }),
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
    .end(body)
}

/** Serves the pages to GET and HEAD, and what the sources have; a gRPC path over HTTP/1.1 is told to upgrade. */
export function servePages(pages: Pages, sources: readonly PageSource[]): ServedPages {
  const sourceOf = (path: string): PageSource | undefined =>
    sources.find(({ root }) => path === root || path.startsWith(`${root}/`))
  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
  ): Promise<void> => {
    const { method = 'GET' } = request
    const path = pathOf(request)
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    const source = sourceOf(path)
    if (page) {
      const readable = method === 'GET' || method === 'HEAD'
      answer(response, readable ? page(request) : { status: 405 })
    } else if (source) answer(response, await pageOf(source, request, principal))
    else if (/^application\/grpc/.test(request.headers['content-type'] ?? '')) {
      response.writeHead(426, { upgrade: 'h2c', 'content-type': 'application/grpc' }).end()
    } else answer(response, { status: 404 })
    request.resume()
  }
  const has = (path: string): boolean => Object.hasOwn(pages, path) || sourceOf(path) !== undefined
  return Object.assign(serve, { has })
}

async function pageOf(
  source: PageSource,
  request: IncomingMessage,
  principal: Principal,
): Promise<Page> {
  try {
    const parts = partsOf(pathOf(request).slice(source.root.length))
    if (!parts) return { status: 404 }
    const { method = 'GET', headers } = request
    const body = (most: number): Promise<Buffer | undefined> => bodyOf(request, most)
    return (await source.answer({ method, parts, headers, principal, body })) ?? { status: 404 }
  } catch (error) {
    return { status: 500, json: { error: (error as Error).message } }
  }
}

function partsOf(path: string): string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** What is too large is read to its end, too, and thrown away: whoever is still sending would not hear the answer. */
async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  let chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length <= most) chunks.push(chunk)
    else chunks = []
  }
  return length <= most ? Buffer.concat(chunks) : undefined
}
