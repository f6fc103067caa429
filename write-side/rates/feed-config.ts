// What the rates feed reads from its environment. It needs no Postgres and no key: nothing in rates is personal.
import {
  eventStoreUrl,
  host,
  logLevel,
  port,
  seconds,
  text,
} from '@cryptotalks/shared-kernel/config/fields'
import { z } from 'zod'

export const feedConfigSchema = z.object({
  EVENTSTORE_URL: eventStoreUrl(),
  HOST: host(),
  RATES_FEED_PORT: port(),
  RATES_POLL_SECONDS: seconds(1, 3_600).default(10),
  RATES_SEED: text('must be the text that the simulated market follows from').default(
    'cryptotalks',
  ),
  LOG_LEVEL: logLevel(),
})

export type FeedConfig = Readonly<z.output<typeof feedConfigSchema>>
