// A person joins: both names are reserved first, the user's own stream is written last.
//
// Broken off anywhere, it is finished by repeating the command, since all ids follow from the command's. Names are only
// given back, or given to others, once the user's stream says that this registration will never come about.

import { userStream } from '@cryptotalks/shared-kernel/events/streams'
import { derivedId } from '@cryptotalks/shared-kernel/eventsourcing/derived-ids'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import { type Kernel, readState } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import {
  type KeyReused,
  type Outcome,
  runCommand,
} from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import { followUp } from '../commands/follow-up.ts'
import type { Busy } from '../commands/refusals.ts'
import type { Name, Reservations } from '../reservations/reservations.ts'
import type { Secrets } from '../secrets.ts'
import {
  type RegistrationImpossible,
  refusalFor,
  refuseRegistration,
  registerUser,
} from './commands/register-user.ts'
import type { Passwords } from './passwords.ts'
import { type User, user, type WhyTurnedAway } from './state.ts'

export interface Registration {
  readonly email: string
  readonly username: string
  readonly password: string
}

export type RegistrationRefusal = RegistrationImpossible | KeyReused | Busy

export type Registered =
  | (Extract<Outcome<never>, { readonly kind: 'accepted' }> & { readonly userId: string })
  | { readonly kind: 'refused'; readonly refusal: RegistrationRefusal }

export interface RegistrationNeeds {
  readonly kernel: Kernel
  readonly reservations: Reservations
  readonly passwords: Passwords
  readonly secrets: Pick<Secrets, 'fingerprint' | 'passwordSalt'>
}

export type Register = (input: Registration, metadata: CommandMetadata) => Promise<Registered>

/** What a name is to one who wants it. */
type Standing =
  | { readonly kind: 'mine' | 'taken' }
  | { readonly kind: 'open'; readonly lapsed?: string }

interface Wanted {
  readonly name: Name
  readonly takenAs: WhyTurnedAway
}

// A registration takes a second or two. One that has stood still for this long was broken off for good; should it go on
// none the less, it finds itself refused.
const lapsesAfterMilliseconds = 10 * 60 * 1_000

/** The flow over what it needs. It throws `OutcomeUnknown` when the event store or the keys stay out of reach. */
export function createRegistration(needs: RegistrationNeeds): Register {
  const { kernel, reservations, passwords, secrets } = needs

  const stateOf = (userId: string): Promise<User> => readState(kernel, userStream(userId), user)

  /** Makes sure that nobody registers under this id any more, and says what it came to. */
  const close = async (userId: string, reason: WhyTurnedAway, metadata: CommandMetadata) => {
    await runCommand(kernel, {
      streamName: userStream(userId),
      evolution: user,
      decide: refuseRegistration(userId, reason),
      metadata: followUp(metadata),
    })
    return stateOf(userId)
  }

  const standingOf = async (
    { name }: Wanted,
    userId: string,
    metadata: CommandMetadata,
  ): Promise<Standing> => {
    const held = await reservations.find(name)
    if (held.status === 'free') return { kind: 'open' }
    if (held.holder === userId) return { kind: 'mine' }
    const holder = await stateOf(held.holder)
    if (holder.status === 'turned-away') return { kind: 'open', lapsed: held.holder }
    const age = metadata.at.getTime() - Date.parse(held.since)
    if (holder.status === 'registered' || age < lapsesAfterMilliseconds) return { kind: 'taken' }
    const closed = await close(held.holder, 'lapsed', metadata)
    if (closed.status === 'registered') return { kind: 'taken' }
    return { kind: 'open', lapsed: held.holder }
  }

  return async (input, metadata) => {
    const userId = derivedId('user', metadata.commandId)
    const wanted: readonly Wanted[] = [
      { name: { kind: 'username', name: input.username }, takenAs: 'username-taken' },
      { name: { kind: 'email', name: input.email }, takenAs: 'email-taken' },
    ]

    const append = async (passwordHash: string): Promise<Registered> => {
      const { email, username } = input
      const outcome = await runCommand(kernel, {
        streamName: userStream(userId),
        evolution: user,
        decide: registerUser({ userId, email, username, passwordHash, at: metadata.at }),
        // The hash tells another password under the same key from this one, and gives no quicker way to guess it.
        metadata: {
          ...metadata,
          commandFingerprint: secrets.fingerprint(`${metadata.commandFingerprint}:${passwordHash}`),
        },
      })
      return outcome.kind === 'accepted' ? { ...outcome, userId } : outcome
    }

    const release = () =>
      Promise.all(wanted.map(({ name }) => reservations.release(name, userId, metadata)))

    /** Gives up for `reason`, unless this same command has gone through beside us. */
    const giveUp = async (reason: WhyTurnedAway, passwordHash: string): Promise<Registered> => {
      const state = await close(userId, reason, metadata)
      if (state.status === 'registered') return append(passwordHash)
      await release()
      const final = state.status === 'turned-away' ? state.reason : reason
      return { kind: 'refused', refusal: refusalFor(final) }
    }

    const standings = await Promise.all(wanted.map(one => standingOf(one, userId, metadata)))
    const taken = wanted.find((_, index) => standings[index]?.kind === 'taken')
    // Nothing of ours is reserved, so there is nothing to give back: the usual case writes nothing.
    if (taken && standings.every(({ kind }) => kind !== 'mine'))
      return { kind: 'refused', refusal: refusalFor(taken.takenAs) }

    const passwordHash = await passwords.hash(
      input.password,
      secrets.passwordSalt(metadata.commandId),
    )
    if (passwordHash === undefined) return { kind: 'refused', refusal: { refused: 'busy' } }
    // Without the person's key nothing can be written in the end, so that is no time to begin reserving.
    await kernel.keyring.obtain(userId)
    if (taken) return giveUp(taken.takenAs, passwordHash)

    for (const [index, { name, takenAs }] of wanted.entries()) {
      const standing = standings[index]
      if (standing?.kind !== 'open') continue
      const reserved = await reservations.reserve(name, userId, metadata, standing.lapsed)
      if (!reserved) return giveUp(takenAs, passwordHash)
    }
    const registered = await append(passwordHash)
    // Refused earlier, perhaps by a run that died before it gave the names back.
    if (registered.kind === 'refused' && registered.refusal.refused !== 'idempotency-key-reused')
      await release()
    return registered
  }
}
