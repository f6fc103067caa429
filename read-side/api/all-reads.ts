// Every route of the query API.

import type { ReadDatabase } from '../postgres/read-database.ts'
import { postReads } from '../posts/routes.ts'
import { rateReads } from '../rates/routes.ts'
import { userReads } from '../users/routes.ts'
import { openApiRead } from './open-api-route.ts'
import type { Read } from './read.ts'

/** All reads over `db`; the whole documentation is read from `openApiFile`. */
export const allReads = (db: ReadDatabase, openApiFile?: string): readonly Read[] => [
  ...postReads(db),
  ...userReads(db),
  ...rateReads(db),
  openApiRead(openApiFile),
]
