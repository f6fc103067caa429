// Random requests to everything that listens: no accident, no process lost, no memory kept, nobody named in a log.
// RUNS=50000 sends as many; SEED repeats a run.
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { testSize } from '@cryptotalks/platform/testing/test-size'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiDocument, fetchApiDocument } from './testing/api-document.ts'
import { type Account, expectStatus, member, type Person, someAccount } from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import {
  type Operation,
  type RandomRequest,
  randomRequest,
  type Targets,
} from './testing/random-request.ts'
import { untilProjected } from './testing/read-models.ts'
import { seededChance } from './testing/seeded-random.ts'
import { startWorld, type World } from './testing/world.ts'

const RUNS = testSize(5_000, 50_000)
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const AT_ONCE = 8
/** What an answer takes at the very most: the longest bounded wait of any process, and a loaded machine. */
const HANGS_AFTER_MS = 60_000
/** What a process may come to hold between its first thousand requests and its last: caches fill, the collector waits. */
const MOST_GROWTH_BYTES = 150 * 2 ** 20

const account: Account = {
  email: 'hortensia.vandermeer@mail.example.org',
  username: 'hortensia.vdm',
  password: 'a-quiet-marmalade-8842',
}
const title = 'Perspicacious otters on the mempool'

let world: World
let targets: Targets
let person: Person
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

beforeAll(async () => {
  // Behind a proxy, so that each request can come from an address of its own.
  world = await startWorld({ env: { TRUST_PROXY: 'true' } })
  person = await member(world.url, account)
  const made = expectStatus(201, await person.post('/api/posts', somePost(title)))
  const { slug, id } = made.body as { slug: string; id: string }
  await untilProjected(world)
  const document = await fetchApiDocument(world.url)
  targets = {
    operations: [...operationsOf(document), ...sitePaths.map(path => ({ method: 'GET', path }))],
    parameters: [...parametersOf(document), 'utm_source', '__proto__', 'q[]', ''],
    known: [slug, id, account.username, 'bitcoin', 'ethereum', 'BTC', '30', 'new', '24h'],
  }
}, 300_000)
afterAll(async () => {
  agent.destroy()
  await world?.end()
}, 60_000)

const sitePaths = [
  ...['/', '/posts', '/posts/new', '/posts/{slug}', '/market', '/market/{id}', '/users/{username}'],
  ...[
    '/sign-in',
    '/sign-up',
    '/more',
    '/docs',
    '/theme',
    '/api',
    '/api/',
    '/assets/{file}',
    '/robots.txt',
  ],
  ...['/favicon.svg', '/health/live', '/health/ready', '/metrics', '/metrics/', '/dev/mailbox'],
]

/** Bodies that would be accepted; what takes one and has none here gets an empty one. */
const bodies: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/api/users': { ...someAccount('newcomer'), acceptTerms: true },
  '/api/sessions': { login: 'nobody.here', password: 'something long' },
  '/api/posts': { ...somePost('Drawn by chance') },
  '/api/previews': { body: 'Some *text* with $BTC' },
}

/** All that the document names, writes as often as reads. */
function operationsOf({ paths }: ApiDocument): Operation[] {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map(method => ({ method: method.toUpperCase(), path, body: bodies[path] })),
  )
  const writes = operations.filter(({ method }) => method !== 'GET')
  const times = Math.ceil((operations.length - writes.length + sitePaths.length) / writes.length)
  return [...operations, ...Array.from({ length: times - 1 }, () => writes).flat()]
}

const parametersOf = ({ paths }: ApiDocument): string[] => [
  ...new Set(
    Object.values(paths)
      .flatMap(item => Object.values(item))
      .flatMap(({ parameters = [] }) => parameters.map(({ name }) => name)),
  ),
]

/** The status of the answer, which is read to its end. */
function send(base: string, { method, path, headers, body }: RandomRequest): Promise<number> {
  const { hostname, port, host } = new URL(base)
  const fields = [...headers, 'host', host]
  if (body !== undefined) fields.push('content-length', String(body.length))
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { hostname, port, path, method, headers: fields, agent, timeout: HANGS_AFTER_MS },
      answer => {
        answer.resume()
        answer.once('end', () => resolve(answer.statusCode ?? 0))
        answer.once('error', reject)
      },
    )
    sent.once('timeout', () => sent.destroy(new Error('It was not answered')))
    sent.once('error', reject)
    sent.end(body)
  })
}

/** Bytes of memory that are really the process's, now. */
const residentBytes = (pid: number | undefined): number => {
  const [, kilobytes = '0'] =
    /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

const programs = ['gateway', 'read-side', 'write-side'] as const
const memory = () => programs.map(name => residentBytes(world.process(name).pid))

/** From an address of their own: the wrong passwords among the random requests use up what others have. */
const signIn = async () => {
  const { username: login, password } = account
  const headers = { 'x-forwarded-for': '192.0.2.77' }
  expectStatus(201, await person.post('/api/sessions', { login, password }, { headers }))
}

async function sendAll(base: string, count: number, seed: number): Promise<string[]> {
  const chance = seededChance(seed)
  const accidents: string[] = []
  let sent = 0
  const worker = async () => {
    while (sent < count) {
      sent++
      const session = `__Host-session=${person.cookie('__Host-session')}`
      const request = randomRequest(chance, targets, chance.happens(0.5) ? session : undefined)
      const outcome = await send(base, request).catch((error: Error) => error.message)
      // One of them signs out.
      if (request.method === 'DELETE' && outcome === 200) await signIn()
      // A connection that the server ends after it has refused what came on it is an answer, too.
      const refusedAndClosed =
        outcome === 'socket hang up' || /ECONNRESET|EPIPE/.test(String(outcome))
      if (refusedAndClosed || (typeof outcome === 'number' && outcome < 500)) continue
      accidents.push(`${outcome}: ${JSON.stringify({ ...request, body: String(request.body) })}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return accidents
}

describe(`${RUNS} random requests (SEED=${SEED})`, () => {
  it(
    'meet no accident behind the gateway, and leave no memory taken',
    async () => {
      const warm = Math.ceil(RUNS / 5)
      expect((await sendAll(world.url, warm, SEED)).slice(0, 5)).toEqual([])
      const before = memory()
      expect((await sendAll(world.url, RUNS - warm, SEED + 1)).slice(0, 5)).toEqual([])
      memory().forEach((bytes, index) => {
        const grown = bytes - (before[index] ?? 0)
        expect(grown, `${programs[index]} has grown`).toBeLessThan(MOST_GROWTH_BYTES)
      })
    },
    120_000 + RUNS * 60,
  )

  it.each(['read-side', 'write-side'] as const)(
    'meet none at the %s itself',
    async name => {
      const base = world.process(name).url
      expect((await sendAll(base, Math.ceil(RUNS / 5), SEED + 2)).slice(0, 5)).toEqual([])
    },
    120_000 + RUNS * 30,
  )

  it.each(['projections', 'rates-feed'] as const)(
    'meet none at the probes of %s',
    async name => {
      const base = world.process(name).url
      expect((await sendAll(base, Math.ceil(RUNS / 20), SEED + 3)).slice(0, 5)).toEqual([])
    },
    60_000 + RUNS * 10,
  )

  it('end no process', async () => {
    for (const { name, restarts } of Object.values(world.processes)) expect(restarts, name).toBe(0)
    await signIn()
    expectStatus(200, await person.get('/api/me'))
  })

  it('leave nothing of a person in a log', () => {
    const folder = join(world.dataDir, 'logs')
    const secrets = [
      account.email,
      account.username,
      account.password,
      person.cookie('__Host-session') as string,
      title,
      'perspicacious-otters',
    ]
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), 'utf8').toLowerCase()
      for (const secret of secrets)
        expect(text.includes(secret.toLowerCase()), `${secret} in ${file}`).toBe(false)
    }
  })
})
