import { given } from '@cryptotalks/shared-kernel/eventsourcing/testing/decider-spec'
import { describe, it } from 'vitest'
import { refuseRegistration, registerUser, termsVersion } from './commands/register-user.ts'
import { signIn } from './commands/sign-in.ts'
import { signOut } from './commands/sign-out.ts'
import { session, user } from './state.ts'

const at = new Date('2026-03-01T12:00:00.000Z')
const ann = { userId: 'u-1', email: 'ann@example.org', username: 'ann', passwordHash: '$argon2id$' }
const registered = {
  type: 'UserRegistered',
  data: { ...ann, terms: { version: termsVersion, acceptedAt: at.toISOString() } },
} as const
const refused = (reason: 'email-taken' | 'lapsed') =>
  ({ type: 'RegistrationRefused', data: { userId: 'u-1', reason } }) as const

describe('registering', () => {
  const register = registerUser({ ...ann, at })
  it('makes a user, with the terms that were accepted and when', () =>
    given(user).when(register).thenFacts(registered))
  it('again does nothing', () => given(user, registered).when(register).thenNothing())
  it('is refused for the reason it was refused for before', () =>
    given(user, refused('email-taken')).when(register).thenRefused({ refused: 'email-taken' }))
  it('is refused when others were given its names after it was broken off', () =>
    given(user, refused('lapsed')).when(register).thenRefused({ refused: 'registration-lapsed' }))
})

describe('refusing a registration', () => {
  const refuse = refuseRegistration('u-1', 'lapsed')
  it('closes an id that nobody has come to use', () =>
    given(user).when(refuse).thenFacts(refused('lapsed')))
  it('never touches who has registered', () => given(user, registered).when(refuse).thenNothing())
  it('keeps the first reason', () => given(user, refused('email-taken')).when(refuse).thenNothing())
})

const begun = {
  type: 'SignedIn',
  data: { sessionId: 's-1', userId: 'u-1', expiresAt: '2026-03-31T12:00:00.000Z' },
} as const
const ended = { type: 'SignedOut', data: { sessionId: 's-1', userId: 'u-1' } } as const

describe('signing in', () => {
  const begin = signIn({ sessionId: 's-1', userId: 'u-1', at })
  it('begins a session of thirty days', () => given(session).when(begin).thenFacts(begun))
  it('again does nothing', () => given(session, begun).when(begin).thenNothing())
  it('does not bring an ended session back', () =>
    given(session, begun, ended).when(begin).thenNothing())
})

describe('signing out', () => {
  it('ends the session', () => given(session, begun).when(signOut('s-1')).thenFacts(ended))
  it('again does nothing', () => given(session, begun, ended).when(signOut('s-1')).thenNothing())
  it('of a session that never was does nothing', () =>
    given(session).when(signOut('s-1')).thenNothing())
})
