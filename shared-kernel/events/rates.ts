// What the market did, as a source told it.
import { z } from 'zod'
import { defineEvent } from '../eventsourcing/event-definition.ts'

/** One coin in a sample. Prices and sums are in US dollars, changes in percent. */
export const quoteSchema = z.strictObject({
  coinId: z.string(),
  symbol: z.string(),
  name: z.string(),
  rank: z.number().int().positive(),
  price: z.number().positive(),
  change24h: z.number(),
  change7d: z.number().nullable(),
  marketCap: z.number().nonnegative(),
  volume24h: z.number().nonnegative(),
})

export type Quote = z.infer<typeof quoteSchema>

/** One answer of a source with all its quotes. A simulated source says so in its name. */
export const MarketSampleRecorded = defineEvent({
  type: 'MarketSampleRecorded',
  version: 1,
  schema: z.strictObject({
    source: z.string(),
    /** When the source took the sample, ISO 8601. */
    sampledAt: z.string(),
    quotes: z.array(quoteSchema),
  }),
})
