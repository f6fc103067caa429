// All projectors of a process: each in its own lane, fed from one reading of the log.
import { decodeEvents } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import type { EventRegistry } from '@cryptotalks/shared-kernel/eventsourcing/event-registry'
import type { Keyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import { createFeeds, type FeedOptions } from './feeds.ts'
import { type LaneObserver, runLane } from './lane.ts'
import type { Log } from './log.ts'
import { type Projector, schemaOf } from './projector.ts'

export interface RunnerOptions
  extends Pick<FeedOptions, 'gatherMilliseconds' | 'patienceMilliseconds'> {
  readonly projectors: readonly Projector[]
  readonly connectionString: string
  readonly log: Log
  readonly registry: EventRegistry
  readonly keyring: Keyring
  readonly observerOf: (projector: Projector) => LaneObserver
  /** Told of failures to read or decode the log; they are tried again for ever. */
  readonly onFeedTrouble: (error: unknown, inARow: number) => void
}

export interface Runner {
  /** Lets the pages at work be written or rolled back, and gives up the lead. */
  readonly stop: () => Promise<void>
}

/** Starts at once and never fails: what is not there yet is tried again until it is. */
export function startRunner(options: RunnerOptions): Runner {
  const { projectors, connectionString, registry, keyring, log } = options
  const stopping = new AbortController()
  const feeds = createFeeds({
    ...options,
    follow: log.follow,
    signal: stopping.signal,
    decode: stored => decodeEvents(registry, keyring, stored),
    onTrouble: options.onFeedTrouble,
  })
  const lanes = projectors.map(projector => {
    const { name, version } = projector
    const target = { name, version, schema: schemaOf(projector) }
    const observer = options.observerOf(projector)
    return runLane({
      connectionString,
      projector,
      target,
      feeds,
      log,
      observer,
      signal: stopping.signal,
    })
  })
  return {
    stop: async () => {
      stopping.abort(new Error('The projections stop'))
      await Promise.all(lanes)
    },
  }
}
