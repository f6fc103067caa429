import { describe, expect, it } from 'vitest'
import { given, recorded } from '../testing/projector-spec.ts'
import { usersProjector } from './projector.ts'
import { sessions, users } from './tables.ts'

const registered = (data: object = {}) =>
  recorded(
    {
      type: 'UserRegistered',
      data: {
        userId: 'u-1',
        email: 'ada@example.org',
        username: 'Ada',
        passwordHash: '$argon2id$…',
        terms: { version: '1', acceptedAt: '2026-01-01T00:00:00.000Z' },
        ...data,
      },
    },
    { position: 7n, occurredAt: '2026-01-02T03:04:05.006Z' },
  )
const signedIn = (data: object = {}) =>
  recorded({
    type: 'SignedIn',
    data: { sessionId: 's-1', userId: 'u-1', expiresAt: '2026-02-01T00:00:00.000Z', ...data },
  })
const signedOut = recorded({ type: 'SignedOut', data: { sessionId: 's-1', userId: 'u-1' } })

describe('the rows of users', () => {
  it('hold a person as registered, found by the name in lower case, without the password', () => {
    expect(given(usersProjector, registered()).rows(users)).toEqual([
      {
        id: 'u-1',
        username: 'Ada',
        username_key: 'ada',
        email: 'ada@example.org',
        joined_at: new Date('2026-01-02T03:04:05.006Z'),
        revision: 0,
        position: 7n,
      },
    ])
  })

  it('hold a person who was forgotten without name and address', () => {
    const forgotten = registered({ email: null, username: null, passwordHash: null })
    expect(given(usersProjector, forgotten).rows(users)).toMatchObject([
      { id: 'u-1', username: null, username_key: null, email: null },
    ])
  })

  it('hold a session from sign-in to sign-out', () => {
    expect(given(usersProjector, signedIn()).rows(sessions)).toEqual([
      {
        id: 's-1',
        user_id: 'u-1',
        started_at: new Date('2026-01-01T00:00:00.000Z'),
        expires_at: new Date('2026-02-01T00:00:00.000Z'),
        position: 1n,
      },
    ])
    expect(given(usersProjector, signedIn(), signedOut).rows(sessions)).toEqual([])
    const other = signedIn({ sessionId: 's-2' })
    expect(given(usersProjector, signedIn(), other, signedOut).rows(sessions)).toMatchObject([
      { id: 's-2' },
    ])
  })

  it('park a session whose end is no time', () => {
    const { parked, rows } = given(usersProjector, signedIn({ expiresAt: 'soon' }))
    expect(parked).toMatchObject([{ reason: 'A time in the event is not one' }])
    expect(rows(sessions)).toEqual([])
  })
})
