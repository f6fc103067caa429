// Counts tries to sign in, in Postgres for all processes together; in memory while Postgres is away.
import type { Pool } from 'pg'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import type { Secrets } from '../secrets.ts'
import type { SignInLimits } from '../users/sign-in-limits.ts'

const minutes = 60
const schemaName = 'limits'
const tableName = 'sign_in_tries'

/** Ten tries at one account from one address: who has forgotten a password is done after that. */
const perAccountAndAddress = { keyPrefix: 'both', points: 10, duration: 15 * minutes }
/** A hundred from all addresses together: far from enough to guess, and locking someone out takes that many. */
const perAccount = { keyPrefix: 'account', points: 100, duration: 60 * minutes }
/** A hundred from one address, behind which a whole school may sit. */
const perAddress = { keyPrefix: 'address', points: 100, duration: 15 * minutes }

/** Creates what the limits need; safe to run from several processes at once and again. */
export async function prepareSignInLimits(pool: Pool): Promise<void> {
  await pool.query(`begin; select pg_advisory_xact_lock(hashtext('cryptotalks limits'));
    create schema if not exists ${schemaName};
    create table if not exists ${schemaName}.${tableName} (
      key varchar(255) primary key, points integer not null default 0, expire bigint);
    commit`)
}

/** Accounts and addresses are kept as keyed hashes only. */
export function createSignInLimits(
  pool: Pool,
  { attemptKey }: Pick<Secrets, 'attemptKey'>,
): SignInLimits {
  const limiter = (limit: typeof perAddress): RateLimiterAbstract =>
    new RateLimiterPostgres({
      ...limit,
      storeClient: pool,
      schemaName,
      tableName,
      tableCreated: true,
      // Once over the limit, further tries cost the database nothing.
      inMemoryBlockOnConsumed: limit.points + 1,
      insuranceLimiter: new RateLimiterMemory(limit),
    })
  const both = limiter(perAccountAndAddress)
  const account = limiter(perAccount)
  const address = limiter(perAddress)
  const keysOf = (accountName: string, addressText: string) =>
    [
      [both, attemptKey(JSON.stringify([accountName, addressText]))],
      [account, attemptKey(accountName)],
      [address, attemptKey(addressText)],
    ] as const
  return {
    count: async (accountName, addressText) => {
      const tries = keysOf(accountName, addressText).map(([limit, key]) => limit.consume(key))
      const refusals = (await Promise.allSettled(tries)).flatMap(result =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      )
      const waits = refusals.map(reason => {
        if (reason instanceof RateLimiterRes) return reason.msBeforeNext
        throw new Error('A try could not be counted', { cause: reason })
      })
      if (waits.length === 0) return { allowed: true }
      return { allowed: false, retryAfterSeconds: Math.ceil(Math.max(...waits) / 1_000) }
    },
    forgive: async (accountName, addressText) => {
      const [[, bothKey], [, accountKey], [, addressKey]] = keysOf(accountName, addressText)
      await Promise.all([
        both.delete(bothKey),
        account.reward(accountKey),
        address.reward(addressKey),
      ])
    },
  }
}
