// The projections process put together: store, database, keys, projectors, probes.

import { registry } from '@cryptotalks/shared-kernel/events/registry'
import { createClockWatch } from '@cryptotalks/shared-kernel/eventsourcing/clock-watch'
import { connectEventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { withAlarm, wordsForMissing } from '@cryptotalks/shared-kernel/eventsourcing/keyring-alarm'
import { createPostgresKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-postgres'
import { requireKeyringOf } from '@cryptotalks/shared-kernel/eventsourcing/keyring-site'
import { damageKnownTo } from '@cryptotalks/shared-kernel/eventsourcing/log-health'
import { openSite } from '@cryptotalks/shared-kernel/eventsourcing/open-site'
import {
  createSiteGate,
  keepLooking,
  untilOpen,
} from '@cryptotalks/shared-kernel/eventsourcing/site-gate'
import { placesFrom } from '@cryptotalks/shared-kernel/eventsourcing/site-refused'
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
import { createLogWatch } from './log-watch.ts'
import { createWatch } from './watch.ts'

const poolConnections = 4
const connectMilliseconds = 2_000
const queryMilliseconds = 10_000
// Longer rebuilds are told of by a process that is ready: it works, and what it works on shows as soon as it is complete.
const readyWithinSeconds = 5

/** Starts whether or not store and database are there yet; readiness tells. */
export async function startProjections(config: Config, logger: Logger): Promise<RunningProcess> {
  const connected = connectEventStore(config.EVENTSTORE_URL)
  const pool = openPool(config.DATABASE_URL, 'Postgres', logger)
  const keyringPool = openPool(config.KEYRING_URL, 'the keyring', logger)
  const places = placesFrom(config)
  const parts = { store: connected, keyring: keyringPool, readModels: pool, places }
  const gate = createSiteGate({
    store: connected,
    places,
    open: () => openSite({ ...parts, masterKey: config.MASTER_KEY }),
    lookAgain: identity => requireKeyringOf(identity, keyringPool, places),
  })
  const { store } = gate
  const metrics = createMetrics('projections')
  const watch = createWatch(logger, metrics)
  measureLag(metrics, pool, store)
  const clocks = createClockWatch({ store, logger })
  const reading = createLogWatch(logger)

  const { keyring, missing } = withAlarm(
    createPostgresKeyring(keyringPool, config.MASTER_KEY),
    metrics,
    logger,
  )
  const stopping = new AbortController()
  const opened = untilOpen(gate, logger, stopping.signal)
  const looking = opened.then(() => keepLooking(gate, stopping.signal))
  const lost = reading.onTrouble('the event store was lost')
  const log = logOfSite(store, error => lost(error, 1))
  const runner = startRunner({
    projectors: allProjectors,
    connectionString: config.DATABASE_URL,
    log: {
      ...log,
      // Before each reading, the first and those after a lost connection: nothing of another site's log is projected.
      follow: async function* (from, signal) {
        await gate.confirm()
        yield* log.follow(from, signal)
      },
    },
    registry,
    keyring,
    observerOf: watch.observerOf,
    onFeedTrouble: reading.onTrouble('the log could not be read'),
  })
  const probes = await startProbeServer({
    host: config.HOST,
    port: config.PROJECTIONS_PORT,
    metrics,
    logger,
    checks: {
      postgres: () => pool.query('select'),
      'event store': () => store.end(),
      log: async signal => {
        await reading.check()
        // A store that does not answer is another check's matter.
        const places = await damageKnownTo(config.EVENTSTORE_URL, signal).catch(() => undefined)
        if (places) throw new Error(`the event log is damaged: ${places}; see docs/operating.md`)
      },
      space: async () => {
        const words = watch.noSpace()
        if (words !== undefined)
          throw new Error(`no space left on the disk that holds the read models: ${words}`)
      },
      clock: () => clocks.compare(),
      keyring: () => keyringPool.query('select'),
      site: async () => {
        if (!gate.isOpen()) await gate.confirm()
      },
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
    refused: gate.refused,
    stop: async () => {
      stopping.abort()
      await Promise.all([probes.stop(), runner.stop(), looking])
      await Promise.all([pool.end(), keyringPool.end(), store.close()])
    },
  }
}

function openPool(connectionString: string, what: string, logger: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: poolConnections,
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: queryMilliseconds,
  })
  // An idle connection that is lost is replaced by the next query; without a listener it would end the process.
  pool.on('error', error => logger.warn({ err: error }, `a connection to ${what} was lost`))
  return pool
}
