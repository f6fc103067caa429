// Read models may be lost at any time: people are told so while they are made anew, and then have everything again.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandLine, startCommand } from './testing/command-line.ts'
import {
  type Account,
  type Answer,
  codeOf,
  expectStatus,
  member,
  type Person,
  someAccount,
  visit,
} from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import { query } from './testing/read-models.ts'
import { until } from './testing/until.ts'
import { startWorld, type World } from './testing/world.ts'

let posts = 30

/** A site on which somebody has written, and the slug of one post. */
async function populate(url: string, account: Account): Promise<Person> {
  const writer = await member(url, account)
  for (let number = 1; number <= posts; number++)
    expectStatus(201, await writer.post('/api/posts', somePost(`Post ${number}`)))
  await until('all posts show', async () =>
    (await countOf(visit(url))) === posts ? true : undefined,
  )
  return writer
}

async function countOf(reader: Person): Promise<number | undefined> {
  const { status, body } = await reader.get('/api/posts?limit=100')
  return status === 200 ? (body as { items: unknown[] }).items.length : undefined
}

const untilStatus = (status: number, what: string, ask: () => Promise<Answer>) =>
  until(what, async () => ((await ask()).status === status ? true : undefined))

/** All posts, or the problem that says why there are none for the moment. Anything else is wrong. */
function isWholeOrTold({ status, body, headers }: Answer): boolean {
  if (status === 200) return (body as { items: unknown[] }).items.length === posts
  const { code, progress } = body as { code?: string; progress?: number }
  if (code === 'unavailable') return true
  return (
    status === 503 &&
    code === 'read-model-rebuilding' &&
    Number(headers.get('retry-after')) > 0 &&
    typeof progress === 'number' &&
    progress >= 0 &&
    progress < 1
  )
}

describe('read models', () => {
  let world: World
  let restarted: CommandLine | undefined
  let writer: Person
  const account = someAccount('keeper')

  beforeAll(async () => {
    world = await startWorld({ env: { RATES_POLL_SECONDS: '3600', HUNG_AFTER_SECONDS: '0' } })
    writer = await populate(world.url, account)
  }, 300_000)
  afterAll(async () => {
    restarted?.child.kill('SIGTERM')
    await restarted?.ended
    await world?.end()
  }, 60_000)

  /** Takes them away by SQL; once more where that met a worker who was at work on them. */
  async function lose(sql: (tables: readonly string[]) => string): Promise<void> {
    const rows = await query<{ place: string }>(
      world.databaseUrl,
      `select format('%I.%I', schemaname, tablename) as place from pg_tables
       where schemaname ~ '^(posts|users|rates)_\\d+$'`,
    )
    const statement = sql(rows.map(({ place }) => place))
    await until('the read models are lost', async () => {
      await query(world.databaseUrl, statement)
      return true
    })
  }

  it('a first visit is never told that anything is rebuilt', async () => {
    expectStatus(200, await visit(world.url).get('/'))
  })

  it.each([
    ['tables are emptied', (tables: readonly string[]) => `truncate ${tables.join(', ')}`],
    [
      'schemas are dropped',
      (tables: readonly string[]) =>
        `drop schema projections, posts, users, rates, ${[
          ...new Set(tables.map(place => place.split('.')[0])),
        ].join(', ')} cascade`,
    ],
    ['the folder is removed, and the server ends', undefined],
  ])(
    '%s: everything comes back by itself, and no list is ever half there',
    async (_how, sql) => {
      const reader = visit(world.url)
      if (sql) await lose(sql)
      else {
        rmSync(join(world.dataDir, 'postgres'), { recursive: true })
        await world.process('postgres').kill()
      }
      const answers: Answer[] = []
      const pages: Answer[] = []
      await until('all posts show again', async () => {
        const answer = await reader.get(`/api/posts?limit=${100 - (answers.length % 50)}`)
        answers.push(answer)
        pages.push(await reader.get('/posts'))
        return answer.status === 200 ? true : undefined
      })
      expect(answers.filter(answer => !isWholeOrTold(answer)).map(({ text }) => text)).toEqual([])
      for (const page of pages.filter(({ status }) => status !== 200)) {
        expect(page.status).toBe(503)
        expect(page.headers.get('content-type')).toMatch(/^text\/html/)
        expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0)
      }
      await untilStatus(200, 'who was signed in still is', () => writer.get('/api/me'))
      const { username: login, password } = account
      await untilStatus(201, 'whoever wants to can sign in', () =>
        reader.post('/api/sessions', { login, password }),
      )
      expectStatus(200, await reader.get('/api/me'))
    },
    120_000,
  )

  it('while projections stand still a session that was ended is dead, and nothing that was written is denied', async () => {
    const { username: login, password } = account
    const visitor = visit(world.url)
    expectStatus(201, await visitor.post('/api/sessions', { login, password }))
    expectStatus(200, await visitor.get('/api/me'))
    const cookie = `__Host-session=${visitor.cookie('__Host-session')}`
    const projections = world.process('projections').pid as number
    process.kill(projections, 'SIGSTOP')
    try {
      expectStatus(200, await visitor.send('DELETE', '/api/sessions/current'))
      await until('the session is dead', async () => {
        const { status } = await visit(world.url).get('/api/me', { headers: { cookie } })
        return status === 401 ? true : undefined
      })
      // Whoever signs in meanwhile is known, and what they publish is never said not to be there.
      expectStatus(201, await visitor.post('/api/sessions', { login, password }))
      expectStatus(200, await visitor.get('/api/me'))
      const published = expectStatus(201, await visitor.post('/api/posts', somePost('Meanwhile')))
      posts += 1
      const { slug } = published.body as { slug: string }
      const answer = await visitor.get(`/api/posts/${slug}`)
      expect([answer.status, codeOf(answer)]).toEqual([503, 'read-model-behind'])
      const list = await visitor.get('/api/posts')
      expect([list.status, list.headers.get('cryptotalks-behind')]).toEqual([200, 'true'])
      process.kill(projections, 'SIGCONT')
      await until('the post shows', async () =>
        (await visitor.get(`/api/posts/${slug}`)).status === 200 ? true : undefined,
      )
    } finally {
      process.kill(projections, 'SIGCONT')
    }
  }, 60_000)

  it('lost while the site stood still, all of them are there again after the next start', async () => {
    await world.stop()
    rmSync(join(world.dataDir, 'postgres'), { recursive: true })
    restarted = startCommand({
      DATA_DIR: world.dataDir,
      PORT: '0',
      RATES_POLL_SECONDS: '3600',
      MASTER_KEY: world.masterKey,
    })
    const reader = visit((await restarted.shows(/running: (http\S+)/))[1] as string)
    const answers: Answer[] = []
    await until('all posts show again', async () => {
      answers.push(await reader.get('/api/posts?limit=100'))
      return answers.at(-1)?.status === 200 ? true : undefined
    })
    expect(answers.filter(answer => !isWholeOrTold(answer)).map(({ text }) => text)).toEqual([])
    const { username: login, password } = account
    await untilStatus(201, 'whoever wants to can sign in', () =>
      reader.post('/api/sessions', { login, password }),
    )
    expectStatus(200, await reader.get('/api/me'))
  }, 240_000)
})
