// The limits as settings, generous enough for a household or an office behind one address.
import { limit } from '@cryptotalks/shared-kernel/config/fields'
import { z } from 'zod'
import type { Limit, LimitName } from './limits.ts'

export const limitsConfig = z.object({
  /** At one account from one address: who has forgotten a password is done after ten. */
  LIMIT_SIGN_IN_FAILURES: limit().default({ most: 10, seconds: 900 }),
  /** From one address at all accounts: a school on Monday morning, and far from enough to guess. */
  LIMIT_SIGN_IN_FAILURES_PER_ADDRESS: limit().default({ most: 100, seconds: 900 }),
  /** A class that joins at once; each also asks whether a name and an e-mail address are taken. */
  LIMIT_SIGN_UPS_PER_ADDRESS: limit().default({ most: 60, seconds: 600 }),
  /** The editor asks at most every 0.4 s while somebody types. */
  LIMIT_PREVIEWS_PER_SESSION: limit().default({ most: 60, seconds: 60 }),
  /** Ten people who write at once behind one address. */
  LIMIT_PREVIEWS_PER_ADDRESS: limit().default({ most: 600, seconds: 60 }),
})

export type LimitsConfig = Readonly<z.output<typeof limitsConfig>>

/** The limits by the names under which they are taken. */
export const limitsFrom = (config: LimitsConfig): Readonly<Record<LimitName, Limit>> => ({
  'sign-in-failures': config.LIMIT_SIGN_IN_FAILURES,
  'sign-in-failures-per-address': config.LIMIT_SIGN_IN_FAILURES_PER_ADDRESS,
  'sign-ups-per-address': config.LIMIT_SIGN_UPS_PER_ADDRESS,
  'previews-per-session': config.LIMIT_PREVIEWS_PER_SESSION,
  'previews-per-address': config.LIMIT_PREVIEWS_PER_ADDRESS,
})
