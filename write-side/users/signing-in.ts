// Someone proves who they are and gets a session. A wrong password and an unknown account look and take the same.

import { sessionStream, userStream } from '@cryptotalks/shared-kernel/events/streams'
import type { Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { type Kernel, readState } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { type KeyReused, runCommand } from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import { followUp } from '../commands/follow-up.ts'
import type { Busy, TooMany } from '../commands/refusals.ts'
import { type AfterTry, asOneTry, type Limits, type Stopped } from '../limits/limits.ts'
import { normalisedName } from '../reservations/normalised-name.ts'
import type { Name, Reservations } from '../reservations/reservations.ts'
import type { Secrets } from '../secrets.ts'
import { expiryOf, signIn } from './commands/sign-in.ts'
import type { Passwords } from './passwords.ts'
import { type Sessions, sessionIdOf } from './sessions.ts'
import { session, user } from './state.ts'

export interface Credentials {
  readonly login: string
  readonly password: string
  /** Where the request comes from, as limits count it. */
  readonly address: string
}

export type SignInRefusal =
  | Refusal<'wrong-credentials'>
  | TooMany<'too-many-attempts'>
  | KeyReused
  | Busy

export type SignedInOutcome =
  | {
      readonly kind: 'accepted'
      readonly token: string
      readonly user: { readonly id: string; readonly username: string }
      readonly expiresAt: string
      readonly revision: number
      readonly position: Position
    }
  | { readonly kind: 'refused'; readonly refusal: SignInRefusal }

export interface SigningInNeeds {
  readonly kernel: Kernel
  readonly reservations: Reservations
  readonly passwords: Passwords
  readonly limits: Limits
  readonly sessions: Sessions
  readonly secrets: Pick<Secrets, 'sessionToken'>
}

export type BeginSession = (
  credentials: Credentials,
  metadata: CommandMetadata,
) => Promise<SignedInOutcome>

const nameOf = (login: string): Name =>
  login.includes('@') ? { kind: 'email', name: login } : { kind: 'username', name: login }

const refused = (refusal: SignInRefusal): SignedInOutcome => ({ kind: 'refused', refusal })

/** The flow over what it needs. It throws `OutcomeUnknown` when the event store or the keys stay out of reach. */
export function createSigningIn(needs: SigningInNeeds): BeginSession {
  const { kernel, reservations, passwords, limits, sessions, secrets } = needs

  const accountOf = async (holder: string | undefined) => {
    // An unknown name is looked for as far as a known one, for the same time.
    const account = await readState(kernel, userStream(holder ?? 'nobody'), user)
    return account.status === 'registered' ? account : undefined
  }

  const begin = async (userId: string, metadata: CommandMetadata) => {
    // Derived, so that a repeated command comes to the same token, which is kept nowhere.
    const token = secrets.sessionToken(metadata.commandId)
    const sessionId = sessionIdOf(token)
    const outcome = await runCommand(kernel, {
      streamName: sessionStream(sessionId),
      evolution: session,
      decide: signIn({ sessionId, userId, at: metadata.at }),
      metadata: { ...metadata, actor: { kind: 'user', id: userId } },
      // Of two at once the second must come to know when the session of the first expires.
      variant: metadata.at.toISOString(),
    })
    return { token, sessionId, outcome }
  }

  const tryOnce = async (
    { login, password, address }: Credentials,
    metadata: CommandMetadata,
    holder: string | undefined,
  ): Promise<SignedInOutcome> => {
    const found = await accountOf(holder)
    const proved = await passwords.verify(password, found?.passwordHash ?? undefined, address)
    if (proved === undefined) return refused({ refused: 'busy' })
    if (!proved || !found) return refused({ refused: 'wrong-credentials' })

    let begun = await begin(found.userId, metadata)
    let expiresAt = expiryOf(metadata.at)
    if (begun.outcome.kind === 'accepted' && begun.outcome.repeated) {
      const earlier = await sessions.read(begun.sessionId)
      // Signed out since: this is no lost answer that is asked for again, but someone who wants in again.
      if (earlier.status !== 'begun') begun = await begin(found.userId, followUp(metadata))
      else expiresAt = earlier.expiresAt
    }
    const { token, outcome } = begun
    if (outcome.kind === 'refused') return outcome
    const { revision, position } = outcome
    const { userId, username } = found
    return {
      kind: 'accepted',
      token,
      user: { id: userId, username: username ?? login },
      expiresAt,
      revision,
      position,
    }
  }

  return async (credentials, metadata) => {
    const { login, address } = credentials
    const tryFromThere = async () => {
      const name = nameOf(login)
      const held = await reservations.find(name)
      const holder = held.status === 'held' ? held.holder : undefined
      // By its id, so that user name and e-mail address are one account.
      const account = holder ?? `${name.kind}:${normalisedName[name.kind](name.name)}`
      const pair = JSON.stringify([account, address])
      return asOneTry(
        limits,
        ['sign-in-failures', pair],
        () => tryOnce(credentials, metadata, holder),
        tried => (tried.kind === 'accepted' ? 'forget' : onlyIfWrong(tried)),
      )
    }
    const tried = await asOneTry(
      limits,
      ['sign-in-failures-per-address', address],
      tryFromThere,
      onlyIfWrong,
    )
    return 'kind' in tried ? tried : refused({ refused: 'too-many-attempts', ...tried })
  }
}

/** Only what proved wrong stays counted: not whom a full house or an outage turned away. */
const onlyIfWrong = (tried: SignedInOutcome | Stopped): AfterTry =>
  'kind' in tried && tried.kind === 'refused' && tried.refusal.refused === 'wrong-credentials'
    ? 'count'
    : 'give-back'
