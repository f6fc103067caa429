// One service behind the gateway, asked by undici: what is a request and where it ends is the client's affair, not ours.
import type { Readable } from 'node:stream'
import { type Dispatcher, errors, Pool } from 'undici'
import { connectReading } from './reading-socket.ts'

export interface UpstreamOptions {
  readonly name: string
  readonly url: string
  /** Connections to the service at the same time. */
  readonly maxConnections: number
  /** How long the service may be silent before its answer begins. */
  readonly answerWithinMs: number
  /** How long it may be silent within its answer; longer than the heartbeat of a live stream. */
  readonly silentAtMostMs: number
  /** Told when the service stops or begins to answer. */
  readonly onReachable?: (reachable: boolean, cause?: Error) => void
}

export interface Asked {
  readonly method: string
  readonly path: string
  /** Names and values, flat. */
  readonly fields: string[]
  readonly body: Readable | undefined
  readonly signal: AbortSignal
}

/** `slow`: no answer in time; `away`: it can't be reached; `broken`: it ended while it had the request. */
export type Failure = 'slow' | 'away' | 'broken'

export interface ServiceAnswer {
  readonly status: number
  readonly fields: readonly string[]
  readonly body: Readable
}

export interface Upstream {
  readonly name: string
  /** The service's name for itself: what it is asked as. */
  readonly host: string
  /** The answer, once its header is here. Rejects only when `signal` aborts. */
  ask(asked: Asked): Promise<ServiceAnswer | Failure>
  /** Resolves when the service lives, rejects when it does not answer so. */
  probe(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Shorter than the services keep an idle connection: never use one that they are about to close. */
const IDLE_MS = 30_000
/** A service answers with header fields of our own making, so this is an accident when it is passed. */
const MOST_HEADER_BYTES = 64 * 1024

export function createUpstream(options: UpstreamOptions): Upstream {
  const { name, url, maxConnections, answerWithinMs, silentAtMostMs } = options
  const { origin, host } = new URL(url)
  const pool = new Pool(origin, {
    connections: maxConnections,
    pipelining: 1,
    connect: connectReading,
    headersTimeout: answerWithinMs,
    bodyTimeout: silentAtMostMs,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxHeaderSize: MOST_HEADER_BYTES,
  })
  let reachable = true
  const note = (now: boolean, cause?: Error) => {
    if (now !== reachable) options.onReachable?.(now, cause)
    reachable = now
  }

  async function ask(asked: Asked, again = asked.body === undefined && isRead(asked.method)) {
    const { method, path, fields, body, signal } = asked
    let answer: Dispatcher.ResponseData
    try {
      answer = await pool.request({
        method: method as Dispatcher.HttpMethod,
        ...{ path, signal, body: body ?? null, headers: fields, responseHeaders: 'raw' },
      })
    } catch (error) {
      if (signal.aborted) throw error
      const failure = failureOf(error)
      // A kept connection may end while idle, just as we use it: that is no failure of the service.
      if (failure === 'broken' && again) return ask(asked, false)
      if (failure !== 'slow') note(false, error as Error)
      return failure
    }
    note(true)
    return {
      status: answer.statusCode,
      fields: answer.headers as unknown as string[],
      body: answer.body,
    }
  }

  return {
    name,
    host,
    ask: asked => ask(asked),
    async probe(signal) {
      const answer = await fetch(new URL('/health/live', url), { signal })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`${name} answers ${answer.status}`)
    },
    close: () => pool.destroy(),
  }
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD'

const AWAY = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

function failureOf(error: unknown): Failure {
  if (error instanceof errors.HeadersTimeoutError) return 'slow'
  if (error instanceof errors.ConnectTimeoutError) return 'away'
  return AWAY.has((error as NodeJS.ErrnoException).code ?? '') ? 'away' : 'broken'
}
