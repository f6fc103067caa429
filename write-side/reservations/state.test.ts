import { given } from '@cryptotalks/shared-kernel/eventsourcing/testing/decider-spec'
import { describe, it } from 'vitest'
import { releaseName } from './commands/release-name.ts'
import { reserveName } from './commands/reserve-name.ts'
import { type ReservationEvent, reservation } from './state.ts'

const metadata = { occurredAt: '2026-03-01T12:00:00.000Z' }
const reserved = (holder: string): ReservationEvent => ({
  type: 'NameReserved',
  data: { kind: 'username', holder },
  metadata,
})
const released = (holder: string): ReservationEvent => ({
  type: 'NameReleased',
  data: { kind: 'username', holder },
  metadata,
})
const reserve = (holder: string, lapsed?: string) =>
  reserveName({ kind: 'username', holder, ...(lapsed && { lapsed }) })
const taken = { type: 'NameReserved', data: { kind: 'username', holder: 'ann' } } as const

describe('reserving a name', () => {
  it('takes one that nobody ever held', () =>
    given(reservation).when(reserve('ann')).thenFacts(taken))
  it('takes one that was given back', () =>
    given(reservation, reserved('bob'), released('bob')).when(reserve('ann')).thenFacts(taken))
  it('does nothing for whoever holds it', () =>
    given(reservation, reserved('ann')).when(reserve('ann')).thenNothing())
  it('is refused while another holds it', () =>
    given(reservation, reserved('bob')).when(reserve('ann')).thenRefused({ refused: 'name-taken' }))
  it('takes over from a holder that lapsed', () =>
    given(reservation, reserved('bob')).when(reserve('ann', 'bob')).thenFacts(taken))
  it('does not take over when another came in between', () =>
    given(reservation, reserved('bob'), reserved('eve'))
      .when(reserve('ann', 'bob'))
      .thenRefused({ refused: 'name-taken' }))
})

describe('releasing a name', () => {
  const release = releaseName({ kind: 'username', holder: 'ann' })
  it('gives back what one holds', () =>
    given(reservation, reserved('ann'))
      .when(release)
      .thenFacts({ type: 'NameReleased', data: { kind: 'username', holder: 'ann' } }))
  it('does nothing to what another holds', () =>
    given(reservation, reserved('bob')).when(release).thenNothing())
  it('does nothing to what nobody holds', () =>
    given(reservation, reserved('ann'), released('ann')).when(release).thenNothing())
})
