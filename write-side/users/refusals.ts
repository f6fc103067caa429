// How HTTP tells what registering and signing in can be refused for.
import type { RefusalTable } from '@cryptotalks/shared-kernel/http/refusal'
import { commonRefusals, tooMany } from '../commands/refusals.ts'
import type { RegistrationRefusal } from './registration.ts'
import type { SignInRefusal } from './signing-in.ts'

const taken = (field: string, code: string, message: string) => () => [{ field, code, message }]

export const registrationRefusals: RefusalTable<RegistrationRefusal> = {
  'username-taken': {
    status: 409,
    title: 'This user name is taken',
    errors: taken('username', 'username-taken', 'This user name is taken.'),
  },
  'email-taken': {
    status: 409,
    title: 'There is an account with this e-mail address',
    errors: taken('email', 'email-taken', 'There is an account with this e-mail address.'),
  },
  'registration-lapsed': {
    status: 409,
    title: 'This registration was broken off too long ago',
    detail: () => 'Start it again under a new idempotency key.',
  },
  'too-many-sign-ups': tooMany('From your address too many accounts were asked for'),
  ...commonRefusals,
}

export const signInRefusals: RefusalTable<SignInRefusal> = {
  'wrong-credentials': {
    status: 401,
    title: 'The name or the password is wrong',
    detail: () => 'Check both. The password tells small letters from capitals.',
  },
  'too-many-attempts': tooMany(
    'There were too many attempts from your address',
    'No account is locked by this: from another address you can sign in.',
  ),
  ...commonRefusals,
}
