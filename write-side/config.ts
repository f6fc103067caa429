// What the write side reads from its environment.
import {
  eventStoreUrl,
  flag,
  host,
  httpUrl,
  key256,
  logLevel,
  placeNames,
  port,
  postgresUrl,
  text,
} from '@cryptotalks/shared-kernel/config/fields'
import { z } from 'zod'
import { limitsConfig } from './limits/limits-config.ts'

export const configSchema = z.object({
  EVENTSTORE_URL: eventStoreUrl(),
  DATABASE_URL: postgresUrl(),
  /** A database of its own: it must outlive the read models' one. */
  KEYRING_URL: postgresUrl(),
  MASTER_KEY: key256(),
  ...placeNames,
  HOST: host(),
  WRITE_SIDE_PORT: port(),
  /** Where browsers reach the site: writes must come from there. */
  PUBLIC_URL: httpUrl(),
  WEB_DIST: text('must be the folder that the site is built into'),
  READ_SIDE_URL: httpUrl(),
  /** Set where only the gateway can reach this process, but over a network. */
  TRUST_PROXY: flag().default(false),
  LOG_LEVEL: logLevel(),
  ...limitsConfig.shape,
})

export type Config = Readonly<z.output<typeof configSchema>>
