// What operators and supervisors ask the gateway itself: does it live, what does it reach, what has it done.
import type { ServerResponse } from 'node:http'
import type { Upstream } from './upstream.ts'

const PROBE_WITHIN_MS = 1_500

/** Counts of what went through the gateway since it started. */
export interface Traffic {
  readonly inFlight: number
  readonly longAnswers: number
  /** Requests by service and class of status ("read-side 2xx"). */
  readonly answered: Map<string, number>
}

/** Answers a request for one of the gateway's own paths. */
export function answerProbe(
  path: string,
  response: ServerResponse,
  readiness: () => Promise<Readiness>,
  traffic: Traffic,
): void {
  switch (path) {
    case '/health/live':
      answerJson(response, 200, { status: 'live' })
      return
    case '/health/ready':
      void readiness().then(({ ready, checks }) =>
        answerJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not-ready', checks }),
      )
      return
    default:
      response.writeHead(200, {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        'cache-control': 'no-store',
      })
      response.end(metrics(traffic))
  }
}

export interface Readiness {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>
}

/**
 * Ready while any service can be reached: with one of them down, the site still reads or writes. However many ask at the
 * same time, the services are asked once.
 */
export function readinessOf(upstreams: readonly Upstream[]): () => Promise<Readiness> {
  let asked: Promise<Readiness> | undefined
  return () => {
    asked ??= checkAll(upstreams).finally(() => {
      asked = undefined
    })
    return asked
  }
}

async function checkAll(upstreams: readonly Upstream[]): Promise<Readiness> {
  const checks = await Promise.all(
    upstreams.map(async upstream => {
      const check = await upstream.probe(AbortSignal.timeout(PROBE_WITHIN_MS)).then(
        () => ({ ok: true }),
        (error: Error) => ({ ok: false, detail: causeOf(error) }),
      )
      return [upstream.name, check] as const
    }),
  )
  return { ready: checks.some(([, { ok }]) => ok), checks: Object.fromEntries(checks) }
}

function causeOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== ''
    ? error.cause.message
    : error.message
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

function metrics({ inFlight, longAnswers, answered }: Traffic): string {
  const lines = [...answered].map(([key, count]) => {
    const [service, status] = key.split(' ')
    return `gateway_requests_total{service="${service}",status="${status}"} ${count}`
  })
  return `# HELP gateway_requests_in_flight Requests being passed on
# TYPE gateway_requests_in_flight gauge
gateway_requests_in_flight ${inFlight}
# HELP gateway_long_answers Live streams and other answers that take their reader long
# TYPE gateway_long_answers gauge
gateway_long_answers ${longAnswers}
# HELP gateway_requests_total Requests answered, by service and class of status
# TYPE gateway_requests_total counter
${lines.join('\n')}
`
}
