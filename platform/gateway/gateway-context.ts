// What all requests of the gateway share: the services behind it, the slots of each kind, the counts of what passed.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Decision, examine } from './examine-request.ts'
import { DEFAULT_BOUNDS, type GatewayBounds, type GatewayOptions } from './options.ts'
import { answerProbe, readinessOf, type Traffic } from './probes.ts'
import { Slots } from './slots.ts'
import { createUpstream, type Upstream } from './upstream.ts'

export interface GatewayContext {
  readonly bounds: GatewayBounds
  readonly services: Readonly<Record<'read-side' | 'write-side', Upstream>>
  readonly connections: Slots
  /** For connections beyond those, which are told so and closed; beyond these, none is told. */
  readonly withoutSlot: Slots
  readonly inFlight: Slots
  readonly bodies: Slots
  readonly longAnswers: Slots
  decide(request: IncomingMessage): Decision
  answerProbe(probe: string, response: ServerResponse): void
  /** Counts an answer of a service by how it ended; called when it has. */
  count(service: string, response: ServerResponse): void
  close(): Promise<void>
}

const MOST_WITHOUT_SLOT = 512
const MOST_WITHOUT_SLOT_PER_ADDRESS = 16

export function createGatewayContext(options: GatewayOptions): GatewayContext {
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
  const slots = (inAll: number, perAddress: number) => new Slots({ inAll, perAddress })
  const inFlight = slots(bounds.maxInFlight, bounds.maxInFlightPerAddress)
  const longAnswers = slots(bounds.maxLongAnswers, bounds.maxLongAnswersPerAddress)
  const answered: Traffic['answered'] = new Map()
  return {
    ...{ bounds, services, inFlight, longAnswers },
    // Behind a proxy every connection is the proxy's.
    connections: slots(
      bounds.maxConnections,
      trustProxy ? bounds.maxConnections : bounds.maxConnectionsPerAddress,
    ),
    withoutSlot: slots(MOST_WITHOUT_SLOT, MOST_WITHOUT_SLOT_PER_ADDRESS),
    bodies: slots(bounds.maxBodies, bounds.maxBodiesPerAddress),
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
