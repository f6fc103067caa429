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
  const keysOf = (accountName: string, addressText: string) => ({
    both: attemptKey(JSON.stringify([accountName, addressText])),
    account: attemptKey(accountName),
    address: attemptKey(addressText),
  })
  return {
    count: async (accountName, addressText) => {
      const keys = keysOf(accountName, addressText)
      // One address that is stopped at an account must not use up the tries of all others at it.
      const first = await waitAfter([both.consume(keys.both)])
      const wait =
        first || (await waitAfter([account.consume(keys.account), address.consume(keys.address)]))
      if (wait === 0) return { allowed: true }
      return { allowed: false, retryAfterSeconds: Math.ceil(wait / 1_000) }
    },
    forgive: async (accountName, addressText) => {
      const keys = keysOf(accountName, addressText)
      await Promise.all([
        both.delete(keys.both),
        account.reward(keys.account),
        address.reward(keys.address),
      ])
    },
  }
}

/** The longest wait, in milliseconds, that one of the limits asks for; 0 when none does. */
async function waitAfter(tries: readonly Promise<unknown>[]): Promise<number> {
  let longest = 0
  for (const result of await Promise.allSettled(tries)) {
    if (result.status === 'fulfilled') continue
    const { reason } = result
    if (!(reason instanceof RateLimiterRes))
      throw new Error('A try could not be counted', { cause: reason })
    longest = Math.max(longest, reason.msBeforeNext, 1)
  }
  return longest
}
