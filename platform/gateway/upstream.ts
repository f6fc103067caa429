// One service behind the gateway: passes a request on and its answer back, body by body, without holding either.
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { endToEnd, hasBody, requestHeaders } from './forwarded-headers.ts'
import { createReadingAgent } from './reading-socket.ts'
import { BAD_TARGET, refuse, TOO_SLOW, UNAVAILABLE } from './refusal.ts'

export interface UpstreamOptions {
  readonly name: string
  readonly url: string
  readonly trustProxy: boolean
  /** Connections to the service at the same time. */
  readonly maxSockets: number
  /** How long the service may be silent before its answer begins. */
  readonly answerWithinMs: number
  /** How long it may be silent within its answer; longer than the heartbeat of a live stream. */
  readonly silentAtMostMs: number
  /** Told when the service stops or begins to answer. */
  readonly onReachable?: (reachable: boolean, cause?: Error) => void
}

export interface Upstream {
  readonly name: string
  pass(request: IncomingMessage, response: ServerResponse): void
  /** Resolves when the service lives, rejects when it does not answer so. */
  probe(signal: AbortSignal): Promise<void>
  close(): void
}

/** Shorter than the services keep an idle connection: never use one that they are about to close. */
const IDLE_SOCKET_MS = 30_000

export function createUpstream(options: UpstreamOptions): Upstream {
  const { url, trustProxy, maxSockets, answerWithinMs, silentAtMostMs } = options
  const { hostname, port, host } = new URL(url)
  const agent = createReadingAgent({
    keepAlive: true,
    maxSockets,
    maxFreeSockets: 64,
    timeout: IDLE_SOCKET_MS,
  })
  let reachable = true
  const noteReachable = (now: boolean, cause?: Error) => {
    if (now !== reachable) options.onReachable?.(now, cause)
    reachable = now
  }

  function pass(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request.url ?? '/')
    if (path === undefined) refuse(request, response, BAD_TARGET)
    else send(request, response, path, isRepeatable(request))
  }

  function send(request: IncomingMessage, response: ServerResponse, path: string, again: boolean) {
    const outgoing = httpRequest({
      ...{ agent, hostname, port, path, method: request.method },
      headers: requestHeaders(request, host, trustProxy),
    })
    let answered = false
    let silent = false
    const abandon = () => {
      // Also after an early answer: the rest of the request concerns nobody any more.
      if (!response.writableFinished || !outgoing.writableEnded) outgoing.destroy()
    }
    response.once('close', abandon)
    outgoing.setTimeout(answerWithinMs, () => {
      silent = true
      outgoing.destroy()
    })
    outgoing.on('error', error => {
      response.off('close', abandon)
      if (answered || response.destroyed) return
      if (silent) return refuse(request, response, TOO_SLOW)
      // A kept connection may end while idle, just as we use it: that is no failure of the service.
      if (again && outgoing.reusedSocket) return send(request, response, path, false)
      noteReachable(false, error)
      refuse(request, response, UNAVAILABLE)
    })
    outgoing.on('response', answer => {
      answered = true
      noteReachable(true)
      outgoing.setTimeout(silentAtMostMs)
      passBack(answer, response)
    })
    if (hasBody(request)) request.pipe(outgoing)
    else outgoing.end()
  }

  return {
    name: options.name,
    pass,
    async probe(signal) {
      const answer = await fetch(new URL('/health/live', url), { signal })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`${options.name} answers ${answer.status}`)
    },
    close: () => agent.destroy(),
  }
}

function passBack(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
  // The header at once: the first event of a live stream may be long in coming.
  response.flushHeaders()
  // An answer that breaks off must break off at the client too, or it would pass for a whole one.
  pipeline(answer, response, () => {})
}

function isRepeatable(request: IncomingMessage): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && !hasBody(request)
}

/** The path and query of a request's target, which a client may also write as a whole URL. */
function pathOf(target: string): string | undefined {
  if (target.startsWith('/')) return target
  if (!URL.canParse(target)) return undefined
  const { pathname, search } = new URL(target)
  return pathname.startsWith('/') ? pathname + search : undefined
}
