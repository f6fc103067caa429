// Names that only one may hold, as the flows of users and posts use them.

import type { ReservedKind } from '@cryptotalks/shared-kernel/events/reservations'
import { reservationStream } from '@cryptotalks/shared-kernel/events/streams'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import { type Kernel, readState } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { runCommand } from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import { followUp } from '../commands/follow-up.ts'
import type { Secrets } from '../secrets.ts'
import { releaseName } from './commands/release-name.ts'
import { reserveName } from './commands/reserve-name.ts'
import { normalisedName } from './normalised-name.ts'
import { type Reservation, reservation } from './state.ts'

export interface Name {
  readonly kind: ReservedKind
  readonly name: string
}

/** All of these throw `OutcomeUnknown` when the event store stays out of reach. */
export interface Reservations {
  readonly find: (name: Name) => Promise<Reservation>
  /** Whether `holder` holds the name now, by this call or an earlier one. */
  readonly reserve: (
    name: Name,
    holder: string,
    cause: CommandMetadata,
    lapsed?: string,
  ) => Promise<boolean>
  /** Only for a holder that can't come to rely on the name any more. */
  readonly release: (name: Name, holder: string, cause: CommandMetadata) => Promise<void>
}

export function createReservations(
  kernel: Kernel,
  { nameHash }: Pick<Secrets, 'nameHash'>,
): Reservations {
  const streamOf = ({ kind, name }: Name) =>
    reservationStream(kind, nameHash(kind, normalisedName[kind](name)))
  return {
    find: name => readState(kernel, streamOf(name), reservation, 'newest'),
    reserve: async (name, holder, cause, lapsed) => {
      const { kind } = await runCommand(kernel, {
        streamName: streamOf(name),
        evolution: reservation,
        read: 'newest',
        expects: 'no_stream',
        decide: reserveName({
          kind: name.kind,
          holder,
          ...(lapsed !== undefined && { lapsed }),
        }),
        metadata: followUp(cause),
      })
      return kind === 'accepted'
    },
    release: async (name, holder, cause) => {
      await runCommand(kernel, {
        streamName: streamOf(name),
        evolution: reservation,
        read: 'newest',
        decide: releaseName({ kind: name.kind, holder }),
        metadata: followUp(cause),
      })
    },
  }
}
