// How far each projector is behind, measured whenever somebody looks: its checkpoint and the log's end, both read anew.
import { projectedPrefixes } from '@cryptotalks/shared-kernel/events/streams'
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { Metrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import type { Pool } from 'pg'
import { lagOf } from './engine/lag.ts'

interface Checkpoint {
  readonly projector: string
  readonly version: number
  readonly position: string
}

/** Gauges that vanish, instead of showing an old value, while one of the two can't be read. */
export function measureLag(metrics: Metrics, pool: Pool, store: EventStore): void {
  const labels = ['projector', 'version']
  const gauges = {
    bytes: metrics.gauge({
      name: 'projection_lag_bytes',
      help: 'Bytes of log behind its end',
      labels,
    }),
    events: metrics.gauge({
      name: 'projection_lag_events',
      help: 'Events that wait to be projected, as far as was counted',
      labels,
    }),
    seconds: metrics.gauge({
      name: 'projection_lag_seconds',
      help: 'Age of the oldest event that waits to be projected',
      labels,
      collect: () => measure(),
    }),
  }
  const measure = async () => {
    for (const gauge of Object.values(gauges)) gauge.reset()
    try {
      const { rows } = await pool.query<Checkpoint>(
        'select projector, version, position from projections.checkpoints',
      )
      for (const { projector, version, position } of rows) {
        const lag = await lagOf(store, BigInt(position), projectedPrefixes, new Date())
        const label = { projector, version: String(version) }
        gauges.bytes.set(label, lag.bytes)
        gauges.events.set(label, lag.events)
        gauges.seconds.set(label, lag.seconds)
      }
    } catch {
      // Readiness tells which of the two is away.
    }
  }
}
