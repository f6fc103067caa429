// Asks a source what the market does, again and again, and records it; trouble is told and gone past, never an end.
import type { ClockWatch } from '@cryptotalks/shared-kernel/eventsourcing/clock-watch'
import { pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  type IPolicy,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import type { MarketSample, MarketSource } from './market-source.ts'
import { daysBack, missingMoments } from './missing-moments.ts'
import type { RateRecords, Recorded } from './recording.ts'

export interface FeedOptions {
  readonly source: MarketSource
  readonly records: RateRecords
  readonly pollMilliseconds: number
  readonly logger: Logger
  /** Told of each sample: for metrics. */
  readonly onRecorded?: (recorded: Recorded) => void
  readonly now?: () => Date
  /** Milliseconds that only ever go on, however the clock is set. */
  readonly elapsed?: () => number
  /** Asked after each sample whether this clock and the event store's agree. */
  readonly clocks?: ClockWatch
  /** How a source is asked; with time-out, retries and breaker unless told otherwise. */
  readonly policy?: IPolicy
}

export interface RatesFeed {
  /** Fills in what is missing, then polls until the signal aborts. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Rejects, with what is wrong, once nothing was written for three polls. */
  readonly check: () => Promise<string>
}

const askWithinMilliseconds = 3_000
const stalePolls = 3

/** One slow or failing answer is asked for again; after five failures in a row a source is left alone for a while. */
export const politePolicy = (): IPolicy =>
  wrap(
    retry(handleAll, {
      maxAttempts: 2,
      backoff: new ExponentialBackoff({ initialDelay: 200, maxDelay: 2_000 }),
    }),
    circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(askWithinMilliseconds, TimeoutStrategy.Aggressive),
  )

export function createRatesFeed(options: FeedOptions): RatesFeed {
  const { source, records, pollMilliseconds, logger } = options
  const { now = () => new Date(), elapsed = () => performance.now() } = options
  const { policy = politePolicy(), onRecorded, clocks } = options
  let lastSeen = elapsed()
  let ahead = false

  const record = async (ask: (signal: AbortSignal) => Promise<MarketSample>, stop: AbortSignal) => {
    const sample = await policy.execute(({ signal }) => ask(signal), stop)
    const recorded = await records.record(source.name, sample)
    if (recorded.leftOut > 0)
      logger.warn({ source: source.name, leftOut: recorded.leftOut }, 'quotes left out')
    if (recorded.outcome === 'from-the-future' && !ahead)
      logger.warn({ source: source.name, sampledAt: sample.sampledAt }, 'samples dated ahead')
    ahead = recorded.outcome === 'from-the-future'
    // Written by another feed is as good: what counts is that the log goes on.
    if (recorded.outcome === 'written' || recorded.outcome === 'not-newer') lastSeen = elapsed()
    onRecorded?.(recorded)
    await clocks?.compare(recorded.outcome === 'written')
  }

  const newest = async (): Promise<Date | undefined> => {
    for (const day of daysBack(now())) {
      const found = await records.newestOfDay(source.name, day)
      // Dated ahead, it says that the feed was at work until now.
      if (found) return found < now() ? found : now()
    }
    return undefined
  }

  const fillIn = async (signal: AbortSignal) => {
    const { sampleAt } = source
    if (!sampleAt) return
    const moments = missingMoments(await newest(), now())
    for (const moment of moments) {
      if (signal.aborted) return
      await record(asked => sampleAt(moment, asked), signal)
    }
    if (moments.length > 0) logger.info({ samples: moments.length }, 'filled in past rates')
  }

  /** Whether it went well; what went wrong is logged. */
  const attempt = async (work: () => Promise<void>, signal: AbortSignal): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      if (!signal.aborted) logger.error({ err: error, source: source.name }, 'no rates this time')
      return false
    }
  }

  return {
    run: async signal => {
      let filled = false
      while (!signal.aborted) {
        const began = elapsed()
        filled ||= await attempt(() => fillIn(signal), signal)
        // What is filled in afterwards would be older than what was polled, so polling waits for it.
        if (filled) await attempt(() => record(source.sample, signal), signal)
        const rest = Math.max(0, began + pollMilliseconds - elapsed())
        await pause(rest, signal).catch(() => undefined)
      }
    },
    check: async () => {
      const age = elapsed() - lastSeen
      const why = ahead ? ': those since are dated ahead of our clock' : ''
      const detail = `last sample ${Math.round(age / 1_000)} s ago${why}`
      if (age < stalePolls * pollMilliseconds) return detail
      throw new Error(detail)
    },
  }
}
