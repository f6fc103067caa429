// A person joins, once the names are theirs; or can't, for good.

import type { RegistrationRefused, UserRegistered } from '@cryptotalks/shared-kernel/events/users'
import type { Decision, Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { User, WhyTurnedAway } from '../state.ts'

/** The terms that the sign-up page shows. */
export const termsVersion = '2026-11'

export interface RegisterUser {
  readonly userId: string
  readonly email: string
  readonly username: string
  readonly passwordHash: string
  readonly at: Date
}

export type RegistrationImpossible = Refusal<
  'username-taken' | 'email-taken' | 'registration-lapsed'
>

export const refusalFor = (reason: WhyTurnedAway): RegistrationImpossible => ({
  refused: reason === 'lapsed' ? 'registration-lapsed' : reason,
})

export const registerUser =
  ({ userId, email, username, passwordHash, at }: RegisterUser) =>
  (state: User): Decision<FactOf<typeof UserRegistered>, RegistrationImpossible> => {
    if (state.status === 'registered') return []
    if (state.status === 'turned-away') return refusalFor(state.reason)
    const terms = { version: termsVersion, acceptedAt: at.toISOString() }
    return [{ type: 'UserRegistered', data: { userId, email, username, passwordHash, terms } }]
  }

/** Closes an id on which nobody has registered yet. */
export const refuseRegistration =
  (userId: string, reason: WhyTurnedAway) =>
  (state: User): readonly FactOf<typeof RegistrationRefused>[] =>
    state.status === 'absent' ? [{ type: 'RegistrationRefused', data: { userId, reason } }] : []
