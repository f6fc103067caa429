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
import type { Busy, TooMany } from '../commands/refusals.ts'
import type { Limits } from '../limits/limits.ts'
import type { Name, Reservations } from '../reservations/reservations.ts'
import type { Secrets } from '../secrets.ts'
import { type RegistrationImpossible, refusalFor, registerUser } from './commands/register-user.ts'
import type { Passwords } from './passwords.ts'
import { createStandings, type Standing } from './standings.ts'
import { user, type WhyTurnedAway } from './state.ts'

export interface Registration {
  readonly email: string
  readonly username: string
  readonly password: string
  /** Where the request comes from, as limits count it. */
  readonly address: string
}

export type RegistrationRefusal =
  | RegistrationImpossible
  | TooMany<'too-many-sign-ups'>
  | KeyReused
  | Busy

export type Registered =
  | (Extract<Outcome<never>, { readonly kind: 'accepted' }> & { readonly userId: string })
  | { readonly kind: 'refused'; readonly refusal: RegistrationRefusal }

export interface RegistrationNeeds {
  readonly kernel: Kernel
  readonly reservations: Reservations
  readonly passwords: Passwords
  readonly limits: Pick<Limits, 'take'>
  readonly secrets: Pick<Secrets, 'fingerprint' | 'passwordSalt'>
}

export type Register = (input: Registration, metadata: CommandMetadata) => Promise<Registered>

/** One registration under way. */
interface Attempt {
  readonly userId: string
  readonly input: Registration
  readonly passwordHash: string
  readonly metadata: CommandMetadata
}

interface Wanted {
  readonly name: Name
  readonly takenAs: WhyTurnedAway
}

const wantedBy = ({ username, email }: Registration): readonly Wanted[] => [
  { name: { kind: 'username', name: username }, takenAs: 'username-taken' },
  { name: { kind: 'email', name: email }, takenAs: 'email-taken' },
]

const refused = (refusal: RegistrationRefusal): Registered => ({ kind: 'refused', refusal })

/** The flow over what it needs. It throws `OutcomeUnknown` when the event store or the keys stay out of reach. */
export function createRegistration(needs: RegistrationNeeds): Register {
  const { kernel, reservations, passwords, limits, secrets } = needs
  const standings = createStandings(kernel, reservations)
  const { append, release, reserve } = createSteps(needs)

  /** Gives up for `reason`, unless this same command has gone through beside us. */
  const giveUp = async (attempt: Attempt, reason: WhyTurnedAway): Promise<Registered> => {
    const state = await standings.close(attempt.userId, reason, attempt.metadata)
    if (state.status === 'registered') return append(attempt)
    await release(attempt)
    return refused(refusalFor(state.status === 'turned-away' ? state.reason : reason))
  }

  return async (input, metadata) => {
    const allowance = await limits.take('sign-ups-per-address', input.address)
    if (!allowance.allowed) return refused({ refused: 'too-many-sign-ups', ...allowance })
    const userId = derivedId('user', metadata.commandId)
    const known = await readState(kernel, userStream(userId), user)
    if (known.status === 'turned-away') {
      // The run that was may have died before it gave the names back.
      await release({ userId, input, metadata })
      return refused(refusalFor(known.reason))
    }
    const wanted = wantedBy(input)
    const found = await Promise.all(wanted.map(({ name }) => standings.of(name, userId, metadata)))
    const taken = wanted.find((_, index) => found[index]?.kind === 'taken')
    // Nothing of ours is reserved, so there is nothing to give back: the usual case writes nothing.
    if (taken && found.every(({ kind }) => kind !== 'mine'))
      return refused(refusalFor(taken.takenAs))

    const salt = secrets.passwordSalt(metadata.commandId)
    const passwordHash = await passwords.hash(input.password, salt, input.address)
    if (passwordHash === undefined) return refused({ refused: 'busy' })
    // Without the person's key nothing can be written in the end, so that is no time to begin reserving. Made here and
    // nowhere else, for an id on which nobody has registered yet: a second key would make two halves of a person.
    await (known.status === 'absent'
      ? kernel.keyring.create(userId)
      : kernel.keyring.require(userId))

    const attempt: Attempt = { userId, input, passwordHash, metadata }
    const lost = taken ?? (await reserve(attempt, wanted, found))
    if (lost) return giveUp(attempt, lost.takenAs)
    const registered = await append(attempt)
    // Turned away by somebody beside us, who could not know what we have reserved since.
    if (registered.kind === 'refused' && registered.refusal.refused !== 'idempotency-key-reused')
      await release(attempt)
    return registered
  }
}

/** The steps that write; each can be done again. */
function createSteps({ kernel, reservations, secrets }: RegistrationNeeds) {
  return {
    /** Reserves what is open; gives the name that somebody else was quicker to take, if one was. */
    reserve: async (
      { userId, metadata }: Attempt,
      wanted: readonly Wanted[],
      found: readonly Standing[],
    ): Promise<Wanted | undefined> => {
      for (const [index, one] of wanted.entries()) {
        const standing = found[index]
        if (standing?.kind !== 'open') continue
        if (!(await reservations.reserve(one.name, userId, metadata, standing.lapsed))) return one
      }
      return undefined
    },
    release: ({ userId, input, metadata }: Omit<Attempt, 'passwordHash'>) =>
      Promise.all(wantedBy(input).map(({ name }) => reservations.release(name, userId, metadata))),
    append: async ({ userId, input, passwordHash, metadata }: Attempt): Promise<Registered> => {
      const { email, username } = input
      // The hash tells another password under the same key from this one, and gives no quicker way to guess it.
      const commandFingerprint = secrets.fingerprint(
        `${metadata.commandFingerprint}:${passwordHash}`,
      )
      const outcome = await runCommand(kernel, {
        streamName: userStream(userId),
        evolution: user,
        decide: registerUser({ userId, email, username, passwordHash, at: metadata.at }),
        metadata: { ...metadata, commandFingerprint },
      })
      return outcome.kind === 'accepted' ? { ...outcome, userId } : outcome
    },
  }
}
