// Records a source's samples, each once, however many feeds or repeats bring it.
import { randomUUID } from 'node:crypto'
import { ratesStream } from '@cryptotalks/shared-kernel/events/streams'
import { derivedId } from '@cryptotalks/shared-kernel/eventsourcing/derived-ids'
import { type Kernel, readState } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { runCommand } from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import { recordMarketSample } from './commands/record-market-sample.ts'
import type { MarketSample } from './market-source.ts'
import { sift } from './quotes.ts'
import { dayOfRates } from './state.ts'

/** What became of a sample: written, known or too old, of a time to come, or without a quote that can be used. */
export interface Recorded {
  readonly outcome: 'written' | 'not-newer' | 'from-the-future' | 'no-usable-quotes'
  /** Quotes that were left out. */
  readonly leftOut: number
}

export interface RateRecords {
  /** Throws OutcomeUnknown when the event store stays out of reach. */
  readonly record: (source: string, sample: MarketSample) => Promise<Recorded>
  /** When the newest sample of that moment's UTC day was taken, if there is one. Throws OutcomeUnknown. */
  readonly newestOfDay: (source: string, moment: Date) => Promise<Date | undefined>
}

export function createRateRecords(kernel: Kernel, now: () => Date = () => new Date()): RateRecords {
  return {
    record: async (source, { sampledAt, quotes: given }) => {
      const { quotes, leftOut } = sift(given)
      const correlationId = randomUUID()
      const outcome = await runCommand(kernel, {
        streamName: ratesStream(source, sampledAt),
        evolution: dayOfRates,
        read: 'newest',
        decide: recordMarketSample({ source, sampledAt, quotes, now: now() }),
        metadata: {
          commandId: derivedId('command', 'RecordMarketSample', source, sampledAt.toISOString()),
          correlationId,
          causationId: correlationId,
          actor: { kind: 'system', name: 'rates-feed' },
          at: sampledAt,
        },
      })
      if (outcome.kind === 'refused') {
        const { refused } = outcome.refusal
        const ahead = refused === 'from-the-future'
        return { outcome: ahead ? 'from-the-future' : 'no-usable-quotes', leftOut }
      }
      const written = outcome.events.length > 0 && !outcome.repeated
      return { outcome: written ? 'written' : 'not-newer', leftOut }
    },
    newestOfDay: async (source, moment) => {
      const { newest } = await readState(kernel, ratesStream(source, moment), dayOfRates, 'newest')
      return newest === undefined ? undefined : new Date(newest)
    },
  }
}
