// What the decision to record a sample needs to know of the day's stream: how far it has come.

import type { MarketSampleRecorded } from '@cryptotalks/shared-kernel/events/rates'
import type { Evolution } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { ReadFactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'

/** The time of the newest sample, ISO 8601; none on a day without. */
export type DayOfRates = { readonly newest: string | undefined }

export const dayOfRates: Evolution<DayOfRates, ReadFactOf<typeof MarketSampleRecorded>> = {
  initial: { newest: undefined },
  evolve: (state, { type, data }) =>
    type === 'MarketSampleRecorded' ? { newest: data.sampledAt } : state,
}
