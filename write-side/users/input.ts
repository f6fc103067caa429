// What people type to join, and what of it can't be taken.
import { isWhole } from '@cryptotalks/shared-kernel/text/visible'
import { z } from 'zod'
import { isCommonPassword } from './common-passwords.ts'
import { longestEmail, readEmail } from './email.ts'

/** Names of pages and roles, which nobody may pose as. */
const reservedUsernames = new Set(
  `about account admin administrator anonymous api auth contact cryptotalks deleted demo docs everyone forgotten guest
  health help home hostmaster info legal login logout mail me media messages metrics mod moderator moderators new news
  null official owner postmaster privacy public register root rss search security session sessions settings sign-in
  sign-up signin signout signup staff static status support system team terms theme undefined user users webmaster`.split(
    /\s+/,
  ),
)

const refusal = (code: string) => ({ params: { code } })

export const registrationSchema = z
  .strictObject({
    email: z
      .string()
      .trim()
      .max(longestEmail, { abort: true })
      .transform((text, ctx) => {
        const read = readEmail(text)
        if ('email' in read) return read.email
        ctx.addIssue({ code: 'custom', ...refusal('bad-format'), message: read.fault })
        return z.NEVER
      })
      .meta({ description: 'Never shown to anybody', examples: ['ann@example.org'] }),
    username: z
      .string()
      .min(3, { abort: true })
      .max(24, { abort: true })
      .regex(/^[A-Za-z0-9_.]*$/, { error: 'Use letters, digits, _ and . only.', abort: true })
      .regex(/^[^.].*[^.]$/, { error: 'It can not begin or end with a dot.' })
      .refine(name => !reservedUsernames.has(name.toLowerCase()), {
        ...refusal('reserved'),
        error: 'This name is not given to anybody.',
      }),
    password: z
      .string()
      .min(8, { abort: true })
      .max(128, { abort: true })
      .refine(isWhole, { ...refusal('bad-format'), error: 'The password holds half a character.' })
      .refine(password => !isCommonPassword(password), {
        ...refusal('too-common'),
        error: 'This password is among the first that are guessed.',
      }),
    acceptTerms: z.boolean().refine(accepted => accepted, {
      ...refusal('terms-not-accepted'),
      error: 'Without the terms there is no account.',
    }),
  })
  .refine(
    ({ email, username, password }) =>
      ![email, email.split('@')[0], username].some(
        name => name?.toLowerCase() === password.normalize('NFKC').toLowerCase(),
      ),
    {
      ...refusal('too-common'),
      path: ['password'],
      error: 'The password can not be your name or address.',
    },
  )
  .meta({ id: 'Registration' })

/** Bounded only: what can't be a login or a password is a wrong one, and told so. */
export const signInSchema = z
  .strictObject({
    login: z.string().trim().min(1).max(longestEmail).meta({ description: 'E-mail or user name' }),
    password: z.string().min(1).max(128),
  })
  .meta({ id: 'SignIn' })
