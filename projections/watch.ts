// What operators see of the projectors: log lines, metrics, and whether each is ready to work.
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import type { Metrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import type { LaneObserver, LaneState } from './engine/lane.ts'
import type { Projector } from './engine/projector.ts'

export interface Watch {
  readonly observerOf: (projector: Projector) => LaneObserver
  readonly states: ReadonlyMap<string, LaneState>
}

const pageBucketsSeconds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
]

/** Logs and counts what the lanes tell. */
export function createWatch(logger: Logger, metrics: Metrics): Watch {
  const labels = ['projector', 'version']
  const states = new Map<string, LaneState>()
  const counters = {
    events: metrics.counter({ name: 'projection_events_total', help: 'Events dealt with', labels }),
    rows: metrics.counter({
      name: 'projection_rows_total',
      help: 'Rows written or removed',
      labels,
    }),
    parked: metrics.counter({ name: 'projection_parked_total', help: 'Events parked', labels }),
    failures: metrics.counter({
      name: 'projection_failures_total',
      help: 'Failures after which the projector started over',
      labels,
    }),
  }
  const position = metrics.gauge({
    name: 'projection_position',
    help: 'The log position up to which this process has projected',
    labels,
  })
  const active = metrics.gauge({
    name: 'projection_active',
    help: '1 while this process leads the projector, 0 while it connects, stands by or has stopped',
    labels,
  })
  const pageSeconds = metrics.histogram({
    name: 'projection_page_seconds',
    help: 'Time of a page by part: load, fold, write',
    labels: [...labels, 'part'],
    buckets: pageBucketsSeconds,
  })
  const observerOf = ({ name, version }: Projector): LaneObserver => {
    const label = { projector: name, version: String(version) }
    const log = logger.child(label)
    return {
      onState: state => {
        const before = states.get(`${name}_${version}`)
        states.set(`${name}_${version}`, state)
        active.set(label, state === 'active' ? 1 : 0)
        if (state !== before) log.info({ state }, 'projector state')
      },
      onPosition: at => position.set(label, Number(at)),
      onApplied: ({ events, rows, parked, seconds }) => {
        counters.events.inc(label, events)
        counters.rows.inc(label, rows)
        counters.parked.inc(label, parked.length)
        for (const [part, value] of Object.entries(seconds))
          pageSeconds.observe({ ...label, part }, value)
        for (const { event, reason } of parked)
          log.error({ eventId: event.id, stream: event.streamName, reason }, 'event parked')
      },
      onGoLive: outcome => {
        if (outcome.kind === 'live') log.info('the new version is live')
        else log.warn({ outcome }, 'the new version does not go live yet')
      },
      onTrouble: (error, inARow) => {
        counters.failures.inc(label)
        log.warn({ err: error, inARow }, 'the projector starts over')
      },
      onStopped: error => log.error({ err: error }, 'the projector has stopped'),
    }
  }
  return { observerOf, states }
}
