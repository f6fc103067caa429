// The Monitoring service: how the server does, again and again until the caller has seen enough.
import { flat, statistics } from '../monitoring/statistics.ts'
import { decodeStatsPeriod, statsAnswer } from '../protocol/operations.ts'
import type { Store } from '../store.ts'
import { type Handler, unary } from '../transport/grpc-server.ts'
import { understood } from './understood.ts'

/** What a caller gets who does not say how often; nobody gets it more often than the shortest. */
const USUAL_PERIOD_MS = 30_000
const SHORTEST_PERIOD_MS = 100
const LONGEST_PERIOD_MS = 24 * 60 * 60 * 1000

/** The methods of the service, by path. */
export function monitoringRoutes(store: Store): [string, Handler][] {
  const stats = unary((bytes, call) => {
    const asked = understood(() => decodeStatsPeriod(bytes)) || USUAL_PERIOD_MS
    const period = Math.min(Math.max(asked, SHORTEST_PERIOD_MS), LONGEST_PERIOD_MS)
    const tell = (): void => {
      if (!call.congested) call.send(statsAnswer(flat(statistics(store))))
    }
    const timer = setInterval(tell, period).unref()
    call.onClose(() => clearInterval(timer))
    tell()
  })
  return [['/event_store.client.monitoring.Monitoring/Stats', stats]]
}
