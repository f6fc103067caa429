// What a name is to a registration that wants it, and how a registration is ended so that its names can go to others.

import { userStream } from '@cryptotalks/shared-kernel/events/streams'
import { KeyMissing } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import { type Kernel, readState } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { runCommand } from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import { followUp } from '../commands/follow-up.ts'
import type { Name, Reservations } from '../reservations/reservations.ts'
import { refuseRegistration } from './commands/register-user.ts'
import { type User, user, type WhyTurnedAway } from './state.ts'

/** `lapsed` is the holder that gives way, if there is one. */
export type Standing =
  | { readonly kind: 'mine' | 'taken' }
  | { readonly kind: 'open'; readonly lapsed?: string }

export interface Standings {
  readonly of: (name: Name, userId: string, metadata: CommandMetadata) => Promise<Standing>
  /** Makes sure that nobody registers under this id any more, unless somebody has, and says which it is. */
  readonly close: (
    userId: string,
    reason: WhyTurnedAway,
    metadata: CommandMetadata,
  ) => Promise<User>
}

// A registration takes a second or two. One that has stood still for this long was broken off for good; should it go on
// none the less, it finds itself refused.
const lapsesAfterMilliseconds = 10 * 60 * 1_000

export function createStandings(kernel: Kernel, reservations: Reservations): Standings {
  const stateOf = (userId: string): Promise<User> => readState(kernel, userStream(userId), user)

  /** Whoever's key is lost is registered all the same: only what they are called can't be read. */
  const statusOf = async (userId: string): Promise<User['status']> => {
    try {
      return (await stateOf(userId)).status
    } catch (error) {
      if (error instanceof KeyMissing) return 'registered'
      throw error
    }
  }

  const close: Standings['close'] = async (userId, reason, metadata) => {
    await runCommand(kernel, {
      streamName: userStream(userId),
      evolution: user,
      decide: refuseRegistration(userId, reason),
      metadata: followUp(metadata),
    })
    return stateOf(userId)
  }

  return {
    close,
    of: async (name, userId, metadata) => {
      const held = await reservations.find(name)
      if (held.status === 'free') return { kind: 'open' }
      if (held.holder === userId) return { kind: 'mine' }
      const holder = await statusOf(held.holder)
      if (holder === 'turned-away') return { kind: 'open', lapsed: held.holder }
      const age = metadata.at.getTime() - Date.parse(held.since)
      if (holder === 'registered' || age < lapsesAfterMilliseconds) return { kind: 'taken' }
      const closed = await close(held.holder, 'lapsed', metadata)
      if (closed.status === 'registered') return { kind: 'taken' }
      return { kind: 'open', lapsed: held.holder }
    },
  }
}
