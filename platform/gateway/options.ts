// What the gateway is started with, and the bounds that hold where nothing else is said.
import type { DiscardBounds } from '@cryptotalks/shared-kernel/http/discard-rest'
import type { Log } from '../processes/json-log.ts'
import type { ApiMethods } from './api-methods.ts'
import type { HostRule } from './host-rule.ts'

/** Each bound counts in all and, where it says so, for one address (IPv6: one /64). */
export interface GatewayBounds {
  /** Open connections; for one address only where it is the visitor's own, not a proxy's. */
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  /** Requests from their arrival until their answer is out or counts as long. */
  readonly maxInFlight: number
  readonly maxInFlightPerAddress: number
  /** Requests whose body is still being received. */
  readonly maxBodies: number
  readonly maxBodiesPerAddress: number
  /** Live streams, and answers that take their reader longer than `longAfterMs`. */
  readonly maxLongAnswers: number
  readonly maxLongAnswersPerAddress: number
  readonly longAfterMs: number
  /** A body that comes more slowly than this is given up. */
  readonly leastBodyBytesPerSecond: number
  readonly lookAtBodiesEveryMs: number
  readonly headersWithinMs: number
  /** For a whole request with its body. */
  readonly requestWithinMs: number
  /** How long a service may be silent before its answer begins. */
  readonly answerWithinMs: number
  /** How long it, or the reader, may be silent within the answer; longer than the heartbeat of a live stream. */
  readonly silentAtMostMs: number
  /** How long a connection may lie idle between two requests. */
  readonly idleAtMostMs: number
  /** How much is read of a request that was answered before it was whole. */
  readonly mostDiscarded: DiscardBounds
}

export interface GatewayOptions extends Partial<GatewayBounds> {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly readSideUrl: string
  readonly writeSideUrl: string
  /** Set behind a proxy of one's own that ends TLS: believes its X-Forwarded fields. */
  readonly trustProxy?: boolean
  /** Which names the site answers to; any, when not given. */
  readonly isOurHost?: HostRule
  /** The methods of the API's addresses; without it, only the method decides where a request goes. */
  readonly apiMethods?: ApiMethods
  readonly log: Log
}

export const DEFAULT_BOUNDS: GatewayBounds = {
  maxConnections: 8_192,
  maxConnectionsPerAddress: 512,
  maxInFlight: 1_000,
  maxInFlightPerAddress: 128,
  maxBodies: 512,
  maxBodiesPerAddress: 64,
  maxLongAnswers: 6_000,
  maxLongAnswersPerAddress: 128,
  longAfterMs: 10_000,
  leastBodyBytesPerSecond: 1_024,
  lookAtBodiesEveryMs: 15_000,
  headersWithinMs: 15_000,
  // 100 MB over a slow line.
  requestWithinMs: 600_000,
  answerWithinMs: 30_000,
  silentAtMostMs: 120_000,
  idleAtMostMs: 30_000,
  mostDiscarded: { bytes: 64 * 1024 * 1024, milliseconds: 30_000 },
}
