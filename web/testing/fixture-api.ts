// Answers the query API's paths with invented data, in the shapes the real one has.
import { ranges } from '../api/types.ts'
import { findCoin, historyOf, listCoins } from './fixture-coins.ts'
import { fixtureOpenApi } from './fixture-openapi.ts'
import { findPost, fixturePosts, listPosts } from './fixture-posts.ts'

export interface FixtureOptions {
  readonly now: Date
  /** Who is signed in. */
  readonly visitor?: string | undefined
}

function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cryptotalks-position': '184220' },
  })
}

function refusal(status: number, code: string): Response {
  return answer({ type: `/problems/${code}`, title: code, status, code }, status)
}

const orMissing = (value: unknown, code: string) => (value ? answer(value) : refusal(404, code))

function userOf(name: string, now: Date): unknown {
  const written = fixturePosts(now).filter(post => post.author.username === name)
  if (written.length === 0) return null
  return {
    id: `user-${name}`,
    username: name,
    joinedAt: '2024-03-09T08:00:00Z',
    posts: written.length,
  }
}

function coinAnswer(id: string, rest: string | undefined, query: URLSearchParams, now: Date) {
  const coin = findCoin(id, now)
  if (!coin || rest !== 'history') return orMissing(coin, 'coin-not-found')
  const range = ranges.find(range => range === query.get('range')) ?? '24h'
  return answer(historyOf(coin, range, now))
}

/** What the API answers to `path`, for a visitor at a moment. */
export async function fixtureApi(path: string, options: FixtureOptions): Promise<Response> {
  const url = new URL(path, 'http://fixture')
  const [, , kind, id, rest] = url.pathname.split('/').map(decodeURIComponent)
  const { now, visitor } = options
  if (kind === 'me') {
    return visitor
      ? answer({ id: `user-${visitor}`, username: visitor, email: 'a@example.org', joinedAt: '' })
      : refusal(401, 'not-signed-in')
  }
  if (kind === 'posts') {
    return id
      ? orMissing(findPost(id, now), 'post-not-found')
      : answer(listPosts(url.searchParams, now))
  }
  if (kind === 'coins') {
    return id
      ? coinAnswer(id, rest, url.searchParams, now)
      : answer(listCoins(url.searchParams, now))
  }
  if (kind === 'users' && id) return orMissing(userOf(id, now), 'user-not-found')
  if (kind === 'openapi.json') return answer(fixtureOpenApi)
  return refusal(404, 'not-found')
}
