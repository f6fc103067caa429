// Registering, signing in and signing out, over HTTP.

import { addressKey } from '@cryptotalks/shared-kernel/http/address-key'
import {
  clearedSessionCookie,
  sessionCookie,
  sessionTokenOf,
} from '@cryptotalks/shared-kernel/http/cookies'
import { localPath } from '@cryptotalks/shared-kernel/http/local-path'
import { written } from '@cryptotalks/shared-kernel/http/read-your-writes'
import { problemOf } from '@cryptotalks/shared-kernel/http/refusal'
import { defineRoute, type Route } from '@cryptotalks/shared-kernel/http/route'
import { z } from 'zod'
import type { MakeMetadata } from '../commands/command-metadata.ts'
import { orUnavailable, unavailableProblems } from '../commands/unavailable.ts'
import { sessionSeconds } from './commands/sign-in.ts'
import { registrationSchema, signInSchema } from './input.ts'
import { registrationRefusals, signInRefusals } from './refusals.ts'
import type { Register } from './registration.ts'
import type { BeginSession } from './signing-in.ts'
import type { EndSession } from './signing-out.ts'

export interface UserCommands {
  readonly register: Register
  readonly beginSession: BeginSession
  readonly endSession: EndSession
  readonly metadata: MakeMetadata
}

const userSchema = z.strictObject({ id: z.string(), username: z.string() })

const postUsers = ({ register, metadata }: UserCommands): Route =>
  defineRoute({
    method: 'post',
    path: '/api/users',
    summary: 'Make an account',
    tags: ['users'],
    body: registrationSchema,
    answers: { 201: userSchema.meta({ description: 'The account is there' }) },
    problems: { ...registrationRefusals, ...unavailableProblems },
    form: {
      page: ({ back }) => (back ? `/sign-up?back=${encodeURIComponent(back)}` : '/sign-up'),
      from: ({ back: _, ...values }) => ({ ...values, acceptTerms: values.acceptTerms === 'on' }),
      done: (_, { back }) =>
        localPath(`/sign-in?joined=1&back=${encodeURIComponent(localPath(back ?? '/'))}`),
    },
    handle: async asked => {
      const { email, username, password, acceptTerms } = asked.body
      const command = metadata('RegisterUser', asked, { email, username, acceptTerms })
      const registration = { email, username, password, address: addressKey(asked.ctx.ip) }
      const outcome = await orUnavailable(() => register(registration, command))
      if (outcome.kind === 'refused') return problemOf(registrationRefusals, outcome.refusal)
      const location = `/api/users/${username}`
      const body = { id: outcome.userId, username }
      return { status: 201, body, ...written({ ...outcome, location }) }
    },
  })

const postSessions = ({ beginSession, metadata }: UserCommands): Route =>
  defineRoute({
    method: 'post',
    path: '/api/sessions',
    summary: 'Sign in',
    tags: ['users'],
    body: signInSchema,
    answers: {
      201: z
        .strictObject({ user: userSchema, expiresAt: z.iso.datetime() })
        .meta({ description: 'Signed in, by a cookie' }),
    },
    problems: { ...signInRefusals, ...unavailableProblems },
    form: {
      page: ({ back }) => (back ? `/sign-in?back=${encodeURIComponent(back)}` : '/sign-in'),
      from: ({ login, password }) => ({ login, password }),
      // There it shows whether the browser has kept the session.
      done: (_, { back }) => `/signed-in?back=${encodeURIComponent(localPath(back ?? '/'))}`,
    },
    handle: async asked => {
      const { login, password } = asked.body
      const command = metadata('SignIn', asked, { login })
      const credentials = { login, password, address: addressKey(asked.ctx.ip) }
      const outcome = await orUnavailable(() => beginSession(credentials, command))
      if (outcome.kind === 'refused') return problemOf(signInRefusals, outcome.refusal)
      const { user, expiresAt, token } = outcome
      const { headers, cookies } = written({ ...outcome, location: '/api/sessions/current' })
      return {
        status: 201,
        body: { user, expiresAt },
        headers,
        cookies: [...cookies, sessionCookie(token, sessionSeconds)],
      }
    },
  })

const deleteCurrentSession = ({ endSession, metadata }: UserCommands): Route =>
  defineRoute({
    method: 'delete',
    path: '/api/sessions/current',
    summary: 'Sign out',
    description: 'The same answer to everybody, however often, signed in or not.',
    tags: ['users'],
    answers: { 200: z.strictObject({}).meta({ description: 'Signed out' }) },
    problems: { unavailable: unavailableProblems.unavailable },
    form: { page: '/', done: () => '/' },
    handle: async asked => {
      const token = sessionTokenOf(asked.ctx)
      const command = metadata('SignOut', { ...asked, idempotencyKey: undefined }, {})
      const ended = token && (await orUnavailable(() => endSession(token, command)))
      const { headers, cookies } = ended ? written(ended) : { headers: {}, cookies: [] }
      return { status: 200, body: {}, headers, cookies: [...cookies, clearedSessionCookie()] }
    },
  })

export const userRoutes = (commands: UserCommands): readonly Route[] => [
  postUsers(commands),
  postSessions(commands),
  deleteCurrentSession(commands),
]
