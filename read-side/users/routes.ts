// People, as others see them and as they see themselves.
import { edgeProblem } from '@cryptotalks/shared-kernel/http/edge-problems'
import { defineRoute } from '@cryptotalks/shared-kernel/http/route'
import { z } from 'zod'
import { privateAnswer, publicAnswer, type Read, refusals } from '../api/read.ts'
import type { ReadDatabase } from '../postgres/read-database.ts'
import { findAccount, findProfile } from './query.ts'

const problems = refusals({
  'user-not-found': { status: 404, title: 'There is nobody of that name' },
})

const profile = z
  .strictObject({
    id: z.string(),
    username: z.string(),
    joinedAt: z.iso.datetime(),
    posts: z.int(),
  })
  .meta({ id: 'Profile' })

const account = z
  .strictObject({
    id: z.string(),
    username: z.string(),
    email: z.string(),
    joinedAt: z.iso.datetime(),
  })
  .meta({ id: 'Account' })

/** `GET /api/users/:username` and `GET /api/me`. */
export function userReads(db: ReadDatabase): readonly Read[] {
  const showProfile = defineRoute({
    method: 'get',
    path: '/api/users/:username',
    summary: 'A person, as everybody may see them',
    tags: ['users'],
    params: z.object({ username: z.string() }),
    answers: { 200: profile },
    problems: problems.of('user-not-found'),
    async handle({ params }) {
      const row = await findProfile(db, params.username.toLowerCase())
      if (row === undefined || row.username === null) return problems.refuse('user-not-found')
      return publicAnswer({
        id: row.id,
        username: row.username,
        joinedAt: row.joined_at.toISOString(),
        posts: row.posts ?? 0,
      })
    },
  })

  const showAccount = defineRoute({
    method: 'get',
    path: '/api/me',
    summary: 'Who is signed in',
    tags: ['users'],
    answers: { 200: account },
    problems: problems.of(),
    auth: 'session',
    async handle({ visitor }) {
      const row = await findAccount(db, visitor.userId)
      // Forgotten between one question and the next.
      if (!row || row.username === null || row.email === null) throw edgeProblem('not-signed-in')
      const { id, username, email, joined_at } = row
      return privateAnswer({ id, username, email, joinedAt: joined_at.toISOString() })
    },
  })

  return [
    { route: showProfile, reads: ['users', 'posts'] },
    { route: showAccount, reads: ['users'] },
  ]
}
