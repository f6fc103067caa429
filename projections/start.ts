// The projections process put together: store, database, keys, projectors, probes.

import { registry } from '@cryptotalks/shared-kernel/events/registry'
import { connectEventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { withAlarm, wordsForMissing } from '@cryptotalks/shared-kernel/eventsourcing/keyring-alarm'
import {
  createPostgresKeyring,
  prepareKeyring,
} from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-postgres'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import { createMetrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import { startProbeServer } from '@cryptotalks/shared-kernel/telemetry/probe-server'
import type { RunningProcess } from '@cryptotalks/shared-kernel/telemetry/run-process'
import pg from 'pg'
import { allProjectors } from './all-projectors.ts'
import type { Config } from './config.ts'
import { startRunner } from './engine/runner.ts'
import { measureLag } from './lag-metrics.ts'
import { logOfSite } from './log-of-site.ts'
import { createWatch } from './watch.ts'

const poolConnections = 4
const connectMilliseconds = 2_000
const queryMilliseconds = 10_000
// Longer rebuilds are told of by a process that is ready: it works, and what it works on shows as soon as it is complete.
const readyWithinSeconds = 5

/** Starts whether or not store and database are there yet; readiness tells. */
export async function startProjections(config: Config, logger: Logger): Promise<RunningProcess> {
  const store = connectEventStore(config.EVENTSTORE_URL)
  const pool = new pg.Pool({
    connectionString: config.DATABASE_URL,
    max: poolConnections,
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: queryMilliseconds,
  })
  // An idle connection that is lost is replaced by the next query; without a listener it would end the process.
  pool.on('error', error => logger.warn({ err: error }, 'a connection to Postgres was lost'))
  const metrics = createMetrics('projections')
  const watch = createWatch(logger, metrics)
  measureLag(metrics, pool, store)
  const trouble = (what: string) => (error: unknown, inARow: number) =>
    logger.warn({ err: error, inARow }, what)

  const { keyring, missing } = withAlarm(
    createPostgresKeyring(pool, config.MASTER_KEY),
    metrics,
    logger,
  )
  let keyringStands = false
  const runner = startRunner({
    projectors: allProjectors,
    connectionString: config.DATABASE_URL,
    log: logOfSite(store, error => logger.warn({ err: error }, 'the event store was lost')),
    registry,
    keyring: {
      ...keyring,
      find: async subjects => {
        if (!keyringStands) await prepareKeyring(pool)
        keyringStands = true
        return keyring.find(subjects)
      },
    },
    observerOf: watch.observerOf,
    onFeedTrouble: trouble('the log could not be read'),
  })
  const probes = await startProbeServer({
    host: config.HOST,
    port: config.PROJECTIONS_PORT,
    metrics,
    logger,
    checks: {
      postgres: () => pool.query('select'),
      'event store': () => store.end(),
      keys: async () => {
        // Whatever is sealed under a lost key, no projector goes past it.
        const words = wordsForMissing(missing)
        if (words !== undefined) throw new Error(words)
      },
      projectors: async () => {
        for (const [name, state] of watch.states)
          if (state !== 'active' && state !== 'standby') throw new Error(`${name}: ${state}`)
        const words = watch.rebuilds()
        // A small log is read within moments: whoever waits for readiness meets a site that is complete.
        if (words.some(({ seconds }) => seconds < readyWithinSeconds))
          throw new Error(words.map(({ text }) => text).join('; '))
        return words.length === 0 ? undefined : words.map(({ text }) => text).join('; ')
      },
    },
  })
  return {
    port: probes.port,
    stop: async () => {
      await Promise.all([probes.stop(), runner.stop()])
      await Promise.all([pool.end(), store.close()])
    },
  }
}
