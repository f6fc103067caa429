// What the read side is told by its environment.
import * as fields from '@cryptotalks/shared-kernel/config/fields'
import { z } from 'zod'

export const configSchema = z.object({
  DATABASE_URL: fields.postgresUrl(),
  /** Asked which sessions have ended, and where the log ends. What is sealed in it stays so: the read side has no key. */
  EVENTSTORE_URL: fields.eventStoreUrl(),
  HOST: fields.host(),
  READ_SIDE_PORT: fields.port().default(0),
  PUBLIC_URL: fields.httpUrl(),
  WEB_DIST: fields.text("must be the path of the site's build, web/dist"),
  OPENAPI_FILE: fields
    .text('must be the path of the OpenAPI document that the build writes')
    .optional(),
  TRUST_PROXY: fields.flag().optional(),
  LOG_LEVEL: fields.logLevel(),
})

export type Config = Readonly<z.output<typeof configSchema>>
