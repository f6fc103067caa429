// The gateway's settings, as its environment gives them.
import { z } from 'zod'
import { countVariable, logLevelVariable, portVariable, urlVariable } from '../environment.ts'
import type { GatewayBounds } from './options.ts'
import { DEFAULT_BOUNDS } from './options.ts'

const count = (fallback: number) => countVariable(1, 1_000_000, fallback)
const seconds = (fallbackMs: number) => countVariable(1, 86_400, fallbackMs / 1_000)

export const gatewayEnvironment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: portVariable(8080),
  READ_SIDE_URL: urlVariable(),
  WRITE_SIDE_URL: urlVariable(),
  PUBLIC_URL: urlVariable().optional(),
  TRUST_PROXY: z.enum(['true', 'false']).default('false'),
  OPENAPI_FILE: z.string().optional(),
  LOG_LEVEL: logLevelVariable(),
  GATEWAY_CONNECTIONS: count(DEFAULT_BOUNDS.maxConnections),
  GATEWAY_CONNECTIONS_PER_ADDRESS: count(DEFAULT_BOUNDS.maxConnectionsPerAddress),
  GATEWAY_REQUESTS: count(DEFAULT_BOUNDS.maxInFlight),
  GATEWAY_REQUESTS_PER_ADDRESS: count(DEFAULT_BOUNDS.maxInFlightPerAddress),
  GATEWAY_BODIES: count(DEFAULT_BOUNDS.maxBodies),
  GATEWAY_BODIES_PER_ADDRESS: count(DEFAULT_BOUNDS.maxBodiesPerAddress),
  GATEWAY_BODY_BYTES_PER_SECOND: count(DEFAULT_BOUNDS.leastBodyBytesPerSecond),
  GATEWAY_LONG_ANSWERS: count(DEFAULT_BOUNDS.maxLongAnswers),
  GATEWAY_LONG_ANSWERS_PER_ADDRESS: count(DEFAULT_BOUNDS.maxLongAnswersPerAddress),
  GATEWAY_LONG_AFTER_SECONDS: seconds(DEFAULT_BOUNDS.longAfterMs),
  GATEWAY_HEADERS_SECONDS: seconds(DEFAULT_BOUNDS.headersWithinMs),
  GATEWAY_REQUEST_SECONDS: seconds(DEFAULT_BOUNDS.requestWithinMs),
  GATEWAY_ANSWER_SECONDS: seconds(DEFAULT_BOUNDS.answerWithinMs),
  GATEWAY_SILENT_SECONDS: seconds(DEFAULT_BOUNDS.silentAtMostMs),
  GATEWAY_IDLE_SECONDS: seconds(DEFAULT_BOUNDS.idleAtMostMs),
})

export type GatewaySettings = z.output<typeof gatewayEnvironment>

/** The bounds that these settings ask for. */
export function boundsOf(settings: GatewaySettings): Partial<GatewayBounds> {
  return {
    maxConnections: settings.GATEWAY_CONNECTIONS,
    maxConnectionsPerAddress: settings.GATEWAY_CONNECTIONS_PER_ADDRESS,
    maxInFlight: settings.GATEWAY_REQUESTS,
    maxInFlightPerAddress: settings.GATEWAY_REQUESTS_PER_ADDRESS,
    maxBodies: settings.GATEWAY_BODIES,
    maxBodiesPerAddress: settings.GATEWAY_BODIES_PER_ADDRESS,
    leastBodyBytesPerSecond: settings.GATEWAY_BODY_BYTES_PER_SECOND,
    maxLongAnswers: settings.GATEWAY_LONG_ANSWERS,
    maxLongAnswersPerAddress: settings.GATEWAY_LONG_ANSWERS_PER_ADDRESS,
    longAfterMs: settings.GATEWAY_LONG_AFTER_SECONDS * 1_000,
    headersWithinMs: settings.GATEWAY_HEADERS_SECONDS * 1_000,
    requestWithinMs: settings.GATEWAY_REQUEST_SECONDS * 1_000,
    answerWithinMs: settings.GATEWAY_ANSWER_SECONDS * 1_000,
    silentAtMostMs: settings.GATEWAY_SILENT_SECONDS * 1_000,
    idleAtMostMs: settings.GATEWAY_IDLE_SECONDS * 1_000,
  }
}
