// What the write side needs to find in its servers, made there as soon as they can be reached.
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { prepareKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-postgres'
import { backoffMilliseconds, pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import type { ReadinessCheck } from '@cryptotalks/shared-kernel/telemetry/health'
import type { Pool } from 'pg'

export interface Preparation {
  /** Tries until it is done or the signal aborts. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly checks: Readonly<Record<string, ReadinessCheck>>
}

export function createPreparation(pool: Pool, store: EventStore, logger: Logger): Preparation {
  let tablesStand = false
  const makeTables = async (signal: AbortSignal) => {
    for (let attempt = 1; !signal.aborted && !tablesStand; attempt++) {
      try {
        await prepareKeyring(pool)
        tablesStand = true
      } catch (error) {
        logger.warn({ err: error }, 'Postgres is not there yet')
        const rest = backoffMilliseconds(attempt, Math.random, 100, 5_000)
        await pause(rest, signal).catch(() => undefined)
      }
    }
  }
  return {
    run: async signal => {
      // The first call opens the event store's channel, so that no visitor has to wait for it.
      const warmed = store.end().catch(error => logger.warn({ err: error }, 'no event store yet'))
      await Promise.all([makeTables(signal), warmed])
    },
    checks: {
      'event store': () => store.end().then(() => undefined),
      postgres: async () => {
        await pool.query('select 1')
        if (!tablesStand) throw new Error('the tables are not made yet')
      },
    },
  }
}
