// What configures the projections process.
import {
  eventStoreUrl,
  host,
  key256,
  logLevel,
  placeNames,
  port,
  postgresUrl,
} from '@cryptotalks/shared-kernel/config/fields'
import { z } from 'zod'

export const configSchema = z.object({
  EVENTSTORE_URL: eventStoreUrl(),
  DATABASE_URL: postgresUrl(),
  KEYRING_URL: postgresUrl(),
  /** Unwraps people's keys. */
  MASTER_KEY: key256(),
  ...placeNames,
  HOST: host(),
  /** Health and metrics. */
  PROJECTIONS_PORT: port().default(0),
  LOG_LEVEL: logLevel(),
})

export type Config = Readonly<z.output<typeof configSchema>>
