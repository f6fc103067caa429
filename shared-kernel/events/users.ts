// What happens to people: they register, sign in and sign out.
import { z } from 'zod'
import { defineEvent } from '../eventsourcing/event-definition.ts'

/** A person joined. The terms' version is the one that was shown and accepted. */
export const UserRegistered = defineEvent({
  type: 'UserRegistered',
  version: 1,
  schema: z.strictObject({
    userId: z.string(),
    email: z.string(),
    username: z.string(),
    /** argon2id in PHC text, parameters and salt included. */
    passwordHash: z.string(),
    terms: z.strictObject({ version: z.string(), acceptedAt: z.string() }),
  }),
  personal: { subject: 'userId', fields: ['email', 'username', 'passwordHash'] },
})

/**
 * A registration will never come about under this id: another had the name, or took it over after this one was broken
 * off half-way. Only once this stands may the names it had reserved be given to others.
 */
export const RegistrationRefused = defineEvent({
  type: 'RegistrationRefused',
  version: 1,
  schema: z.strictObject({
    userId: z.string(),
    reason: z.enum(['username-taken', 'email-taken', 'lapsed']),
  }),
})

/** A session began. Its id is the hash of the token that the browser holds; the token is kept nowhere. */
export const SignedIn = defineEvent({
  type: 'SignedIn',
  version: 1,
  schema: z.strictObject({ sessionId: z.string(), userId: z.string(), expiresAt: z.string() }),
})

/** A session was ended by its owner. */
export const SignedOut = defineEvent({
  type: 'SignedOut',
  version: 1,
  schema: z.strictObject({ sessionId: z.string(), userId: z.string() }),
})
