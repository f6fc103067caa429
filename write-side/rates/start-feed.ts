// The rates feed with its probes, from start to stop.
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import { createClockWatch } from '@cryptotalks/shared-kernel/eventsourcing/clock-watch'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { Keyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import { pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import { createSiteGate, type SiteGate } from '@cryptotalks/shared-kernel/eventsourcing/site-gate'
import { readSiteIdentity } from '@cryptotalks/shared-kernel/eventsourcing/site-identity'
import { placesFrom } from '@cryptotalks/shared-kernel/eventsourcing/site-refused'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import { createMetrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import { startProbeServer } from '@cryptotalks/shared-kernel/telemetry/probe-server'
import type { RunningProcess } from '@cryptotalks/shared-kernel/telemetry/run-process'
import { createSimulatedMarket } from '../adapters/simulated-market.ts'
import { createRatesFeed } from './feed.ts'
import type { FeedConfig } from './feed-config.ts'
import { createRateRecords } from './recording.ts'

const nothingPersonal = () => Promise.reject(new Error('Rates hold nothing personal'))
const noKeys: Keyring = {
  find: nothingPersonal,
  create: nothingPersonal,
  require: nothingPersonal,
  destroy: nothingPersonal,
}

const stopWithinMilliseconds = 1_000

/** The feed holds no key and founds no site: before there is one, and once it is another one, it records nothing. */
function gateOf(store: EventStore): SiteGate {
  const open = async () => {
    const identity = await readSiteIdentity(store)
    if (!identity) throw new Error('The site is not founded yet')
    return identity
  }
  return createSiteGate({ store, open, places: placesFrom({}) })
}

/** Resolves when the probes listen; the feed works on from there, whatever happens to store or source. */
export async function startFeed(config: FeedConfig, logger: Logger): Promise<RunningProcess> {
  const metrics = createMetrics('rates-feed')
  const samples = metrics.counter({
    name: 'rates_samples_total',
    help: 'Samples taken, by what became of them',
    labels: ['outcome'],
  })
  const leftOut = metrics.counter({
    name: 'rates_quotes_left_out_total',
    help: 'Quotes that could not be believed',
  })
  const { store, refused } = gateOf(connectEventStore(config.EVENTSTORE_URL))
  const clocks = createClockWatch({ store, logger })
  const feed = createRatesFeed({
    clocks,
    source: createSimulatedMarket(config.RATES_SEED),
    records: createRateRecords({ store, registry, keyring: noKeys }),
    pollMilliseconds: config.RATES_POLL_SECONDS * 1_000,
    logger,
    onRecorded: recorded => {
      samples.inc({ outcome: recorded.outcome })
      leftOut.inc(recorded.leftOut)
    },
  })
  const probes = await startProbeServer({
    host: config.HOST,
    port: config.RATES_FEED_PORT,
    checks: { rates: feed.check, clock: () => clocks.compare(), space: () => store.room() },
    metrics,
    logger,
  })
  const stopping = new AbortController()
  const running = feed.run(stopping.signal)
  return {
    port: probes.port,
    refused,
    stop: async () => {
      stopping.abort()
      // What is being recorded may wait for a store that is away; recorded later or never, it does no harm.
      await Promise.all([Promise.race([running, pause(stopWithinMilliseconds)]), probes.stop()])
      await store.close()
    },
  }
}
