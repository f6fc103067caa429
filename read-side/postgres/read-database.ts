// The read models, for typed queries.
import type { PostsDatabase } from '@cryptotalks/projections/posts/tables'
import type { RatesDatabase } from '@cryptotalks/projections/rates/tables'
import type { UsersDatabase } from '@cryptotalks/projections/users/tables'
import { Kysely, PostgresDialect } from 'kysely'
import { createStatementPool, type StatementPoolOptions } from './statement-pool.ts'

/** What every query takes first. */
export type ReadDatabase = Kysely<UsersDatabase & PostsDatabase & RatesDatabase>

/** Connects when first asked. `destroy` closes it. No transactions: see the statement pool. */
export const createReadDatabase = (options: StatementPoolOptions): ReadDatabase =>
  new Kysely({ dialect: new PostgresDialect({ pool: createStatementPool(options) }) })
