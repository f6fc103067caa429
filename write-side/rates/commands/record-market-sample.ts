// A sample of the market goes down in the log, if it is newer than what stands there.

import type { MarketSampleRecorded, Quote } from '@cryptotalks/shared-kernel/events/rates'
import type { Decision, Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { DayOfRates } from '../state.ts'

export interface RecordMarketSample {
  readonly source: string
  readonly sampledAt: Date
  readonly quotes: readonly Quote[]
}

export type NothingToRecord = Refusal<'no-usable-quotes'>

export const recordMarketSample =
  ({ source, sampledAt, quotes }: RecordMarketSample) =>
  ({ newest }: DayOfRates): Decision<FactOf<typeof MarketSampleRecorded>, NothingToRecord> => {
    if (quotes.length === 0) return { refused: 'no-usable-quotes' }
    if (newest !== undefined && Date.parse(newest) >= sampledAt.getTime()) return []
    const data = { source, sampledAt: sampledAt.toISOString(), quotes: [...quotes] }
    return [{ type: 'MarketSampleRecorded', data }]
  }
