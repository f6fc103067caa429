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

/** Gauges that share one measurement a look, and vanish, instead of showing an old value, while one of the two can't be read. */
export function measureLag(metrics: Metrics, pool: Pool, store: EventStore): void {
  const labels = ['projector', 'version']
  let measuring: Promise<void> | undefined
  const collect = () => {
    measuring ??= measure().finally(() => {
      measuring = undefined
    })
    return measuring
  }
  const gauge = (unit: string, help: string) =>
    metrics.gauge({ name: `projection_lag_${unit}`, help, labels, collect })
  const gauges = {
    bytes: gauge('bytes', 'Bytes of log from the checkpoint to its end'),
    events: gauge('events', 'Events that wait to be projected, as far as was counted'),
    seconds: gauge('seconds', 'Age of the oldest event that waits to be projected'),
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
