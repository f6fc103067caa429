// What all requests of the gateway share: the services behind it, the places that there are, the counts of what passed.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Places } from './bounds.ts'
import { type Decision, examine } from './examine-request.ts'
import { DEFAULT_BOUNDS, type GatewayBounds, type GatewayOptions } from './options.ts'
import { answerProbe, readinessOf, type Traffic } from './probes.ts'
import { createUpstream, type Upstream } from './upstream.ts'

export interface Hall {
  readonly bounds: GatewayBounds
  readonly services: Readonly<Record<'read-side' | 'write-side', Upstream>>
  readonly connections: Places
  /** For connections beyond those, which are told so and closed; beyond these, none is told. */
  readonly unplaced: Places
  readonly inFlight: Places
  readonly bodies: Places
  readonly longAnswers: Places
  decide(request: IncomingMessage): Decision
  answerProbe(probe: string, response: ServerResponse): void
  /** Counts an answer of a service by how it ended; called when it has. */
  count(service: string, response: ServerResponse): void
  close(): Promise<void>
}

const MOST_UNPLACED = 512
const MOST_UNPLACED_PER_ADDRESS = 16

export function createHall(options: GatewayOptions): Hall {
  const { trustProxy = false, apiMethods, isOurHost = () => true, log } = options
  const bounds: GatewayBounds = { ...DEFAULT_BOUNDS, ...options }
  const upstream = (name: string, url: string) =>
    createUpstream({
      ...{ name, url },
      maxConnections: bounds.maxInFlight + bounds.maxLongAnswers,
      answerWithinMs: bounds.answerWithinMs,
      silentAtMostMs: bounds.silentAtMostMs,
      onReachable: (reachable, cause) =>
        reachable
          ? log('info', `${name} answers again`)
          : log('warn', `${name} does not answer`, { err: cause?.message }),
    })
  const services = {
    'read-side': upstream('read-side', options.readSideUrl),
    'write-side': upstream('write-side', options.writeSideUrl),
  }
  const readiness = readinessOf(Object.values(services))
  const places = (inAll: number, perAddress: number) => new Places({ inAll, perAddress })
  const inFlight = places(bounds.maxInFlight, bounds.maxInFlightPerAddress)
  const longAnswers = places(bounds.maxLongAnswers, bounds.maxLongAnswersPerAddress)
  const answered: Traffic['answered'] = new Map()
  return {
    ...{ bounds, services, inFlight, longAnswers },
    // Behind a proxy every connection is the proxy's.
    connections: places(
      bounds.maxConnections,
      trustProxy ? bounds.maxConnections : bounds.maxConnectionsPerAddress,
    ),
    unplaced: places(MOST_UNPLACED, MOST_UNPLACED_PER_ADDRESS),
    bodies: places(bounds.maxBodies, bounds.maxBodiesPerAddress),
    decide: request => examine(request, { isOurHost, apiMethods }),
    answerProbe(probe, response) {
      const traffic = { inFlight: inFlight.taken, longAnswers: longAnswers.taken, answered }
      answerProbe(probe, response, readiness, traffic)
    },
    count(service, response) {
      const outcome = response.writableFinished
        ? `${Math.floor(response.statusCode / 100)}xx`
        : 'aborted'
      const key = `${service} ${outcome}`
      answered.set(key, (answered.get(key) ?? 0) + 1)
    },
    async close() {
      await Promise.all(Object.values(services).map(service => service.close()))
    },
  }
}
