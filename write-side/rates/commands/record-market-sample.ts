// A sample of the market goes down in the log, if it is newer than what stands there and not of a time to come.

import type { MarketSampleRecorded, Quote } from '@cryptotalks/shared-kernel/events/rates'
import type { Decision, Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { DayOfRates } from '../state.ts'

export interface RecordMarketSample {
  readonly source: string
  readonly sampledAt: Date
  readonly quotes: readonly Quote[]
  /** By the clock of whoever records it. */
  readonly now: Date
}

export type NothingToRecord = Refusal<'no-usable-quotes' | 'from-the-future'>

/** Clocks of two machines that are well differ by less. */
export const mostAheadMilliseconds = 60_000

export const recordMarketSample =
  ({ source, sampledAt, quotes, now }: RecordMarketSample) =>
  ({ newest }: DayOfRates): Decision<FactOf<typeof MarketSampleRecorded>, NothingToRecord> => {
    const latest = now.getTime() + mostAheadMilliseconds
    if (sampledAt.getTime() > latest) return { refused: 'from-the-future' }
    if (quotes.length === 0) return { refused: 'no-usable-quotes' }
    // A newest one of a time to come was dated by a clock that was ahead: it may not hold up those of the right time.
    const known = newest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(newest)
    if (known <= latest && known >= sampledAt.getTime()) return []
    const data = { source, sampledAt: sampledAt.toISOString(), quotes: [...quotes] }
    return [{ type: 'MarketSampleRecorded', data }]
  }
