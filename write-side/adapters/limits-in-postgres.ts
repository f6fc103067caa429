// Counts what limits allow, in Postgres for all processes together; in this process's memory while that is away.
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import { Pool } from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { createMemoryCounts } from '../limits/counts-in-memory.ts'
import type { Limit, LimitName, Limits } from '../limits/limits.ts'
import type { Secrets } from '../secrets.ts'

const schemaName = 'limits'
const tableName = 'taken'

// Whoever wants to sign in waits for this at most; then the counts in memory do. A busy machine takes a second.
const patience = {
  connectionTimeoutMillis: 1_500,
  query_timeout: 2_500,
  idleTimeoutMillis: 60_000,
}
// Clocks of two machines that are well differ by less.
const clocksDifferMilliseconds = 60_000
const leftAloneMilliseconds = 2_000

// Some 20 MB at most.
const mostInMemory = 100_000

// Lost in a crash of the database, which costs the counts of a quarter of an hour. The index is for the sweep of what has
// expired; counting itself moves no indexed column, and so leaves it alone. Statements of one query are one transaction.
const tables = `select pg_advisory_xact_lock(hashtext('cryptotalks limits'));
  create schema if not exists ${schemaName};
  create unlogged table if not exists ${schemaName}.${tableName} (
    key varchar(255) primary key, points integer not null default 0, expire bigint);
  create index if not exists ${tableName}_by_expire on ${schemaName}.${tableName} (expire)`

export interface LimitsStore extends Limits {
  readonly close: () => Promise<void>
}

export interface LimitsStoreOptions {
  /** The database of the read models: what is counted may be lost with it. */
  readonly connectionString: string
  readonly limits: Readonly<Record<LimitName, Limit>>
  readonly secrets: Pick<Secrets, 'attemptKey'>
  readonly logger: Logger
}

/** Keys are kept as keyed hashes only. The tables are made when they are missed. */
export function createLimitsInPostgres(options: LimitsStoreOptions): LimitsStore {
  const { connectionString, limits, secrets, logger } = options
  const pool = new Pool({ connectionString, max: 4, ...patience })
  // Without a listener, a connection that breaks while idle would end the process.
  pool.on('error', err => logger.warn({ err }, 'the connection to the counts of limits broke'))
  const counters = Object.fromEntries(
    Object.entries(limits).map(([name, { most, seconds }], index) => [
      name,
      new RateLimiterPostgres({
        ...{ storeClient: pool, schemaName, tableName, tableCreated: true, keyPrefix: name },
        ...{ points: most, duration: seconds },
        // One sweeps the table for all.
        clearExpiredByTimeout: index === 0,
      }),
    ]),
  ) as unknown as Readonly<Record<LimitName, RateLimiterPostgres>>
  const memory = createMemoryCounts(mostInMemory)
  const inDatabase = untilItFails(pool, logger)

  const count = async (name: LimitName, key: string): Promise<number> => {
    const wait = await waitAfter(counters[name].consume(key))
    if (wait <= limits[name].seconds * 1_000 + clocksDifferMilliseconds) return wait
    // Begun by a clock that was ahead, which would keep somebody out for as long as it was.
    await counters[name].delete(key)
    return waitAfter(counters[name].consume(key))
  }

  return {
    take: async (name, who) => {
      const key = secrets.attemptKey(who)
      // Counted here too, so that when the database goes away nobody begins anew.
      const waitHere = memory.take(`${name}:${key}`, limits[name])
      const wait = (await inDatabase(() => count(name, key))) ?? waitHere
      if (wait === 0) return { allowed: true }
      return { allowed: false, retryAfterSeconds: Math.ceil(wait / 1_000) }
    },
    giveBack: async (name, who) => {
      const key = secrets.attemptKey(who)
      memory.giveBack(`${name}:${key}`)
      await inDatabase(() => counters[name].reward(key))
    },
    forget: async (name, who) => {
      const key = secrets.attemptKey(who)
      memory.forget(`${name}:${key}`)
      await inDatabase(() => counters[name].delete(key))
    },
    close: () => pool.end(),
  }
}

/** Runs what asks the database; gives undefined when that fails, and for a while after without asking it. */
function untilItFails(pool: Pool, logger: Logger) {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: leftAloneMilliseconds,
    breaker: new ConsecutiveBreaker(1),
  })
  breaker.onBreak(() => logger.warn('limits are counted by this process alone for a while'))
  const withTables = async <Result>(ask: () => Promise<Result>): Promise<Result> => {
    try {
      return await ask()
    } catch (error) {
      if (!isMissingTable(error)) throw error
      await pool.query(tables)
      return ask()
    }
  }
  return <Result>(ask: () => Promise<Result>): Promise<Result | undefined> =>
    breaker
      .execute(() => withTables(ask))
      .catch(error => {
        logger.debug({ err: error }, 'a limit could not be counted in Postgres')
        return undefined
      })
}

const missing = new Set(['42P01', '3F000'])
const isMissingTable = (error: unknown): boolean =>
  missing.has(String((error as { readonly code?: unknown }).code))

/** How many milliseconds the limit asks to wait; 0 when it does not. */
const waitAfter = (consumed: Promise<RateLimiterRes>): Promise<number> =>
  consumed.then(
    () => 0,
    reason => {
      if (!(reason instanceof RateLimiterRes)) throw reason
      return Math.max(reason.msBeforeNext, 1)
    },
  )
