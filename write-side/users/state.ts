// What decisions need to know of a person and of a session.

import type {
  RegistrationRefused,
  SignedIn,
  SignedOut,
  UserRegistered,
} from '@cryptotalks/shared-kernel/events/users'
import type { Evolution } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { FactOf, ReadFactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'

export type WhyTurnedAway = FactOf<typeof RegistrationRefused>['data']['reason']

/** What is null was forgotten: the person was erased. */
export type User =
  | { readonly status: 'absent' }
  | { readonly status: 'turned-away'; readonly reason: WhyTurnedAway }
  | {
      readonly status: 'registered'
      readonly userId: string
      readonly username: string | null
      readonly passwordHash: string | null
    }

export const user: Evolution<
  User,
  ReadFactOf<typeof UserRegistered> | ReadFactOf<typeof RegistrationRefused>
> = {
  initial: { status: 'absent' },
  evolve: (state, { type, data }) => {
    switch (type) {
      case 'UserRegistered': {
        const { userId, username, passwordHash } = data
        return { status: 'registered', userId, username, passwordHash }
      }
      case 'RegistrationRefused':
        return { status: 'turned-away', reason: data.reason }
      default:
        return state
    }
  },
}

export type Session =
  | { readonly status: 'none' }
  | { readonly status: 'begun'; readonly userId: string; readonly expiresAt: string }
  | { readonly status: 'ended'; readonly userId: string }

export const session: Evolution<
  Session,
  ReadFactOf<typeof SignedIn> | ReadFactOf<typeof SignedOut>
> = {
  initial: { status: 'none' },
  evolve: (state, { type, data }) => {
    switch (type) {
      case 'SignedIn':
        return { status: 'begun', userId: data.userId, expiresAt: data.expiresAt }
      case 'SignedOut':
        return { status: 'ended', userId: data.userId }
      default:
        return state
    }
  },
}
