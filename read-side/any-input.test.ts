// Whatever a client sends to any address of the read side, the answer is never a 5xx.
// RUNS is how many requests it sends; SEED repeats a run.
import { Agent, request } from 'node:http'
import { startEventStore } from '@cryptotalks/event-store'
import { startTestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { testSize } from '@cryptotalks/platform/testing/test-size'
import { parseConfig } from '@cryptotalks/shared-kernel/config/parse-config'
import { listen } from '@cryptotalks/shared-kernel/http/listen'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { allReads } from './api/all-reads.ts'
import { compose, services } from './composition.ts'
import { configSchema } from './config.ts'
import { cursorOf } from './paging/cursor.ts'
import { createReadDatabase } from './postgres/read-database.ts'
import { createReadModels } from './testing/read-models.ts'
import { addCoins, addPosts, addUser } from './testing/rows.ts'
import { buildSite } from './testing/site-build.ts'

const RUNS = testSize(1_000, 50_000)
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)

const routes = allReads(createReadDatabase({ connectionString: 'postgres://nowhere' })).map(
  ({ route }) => route,
)
const parameters = [
  ...new Set(
    routes.flatMap(({ query }) => (query instanceof z.ZodObject ? Object.keys(query.shape) : [])),
  ),
]
const orders = ['posts-new', 'posts-old', 'posts-title', 'coins-rank-asc', 'coins-price-desc']

const nasty = fc.constantFrom(
  ...['', ' ', '0', '-1', '1e9', '1e400', 'NaN', '9223372036854775807', '18446744073709551616'],
  ...[
    '%',
    '%00',
    '%ff',
    '\0',
    '\u001b[2J',
    '__proto__',
    'constructor',
    '..',
    '//',
    '/\\',
    '[',
    '%5B',
  ],
  ...["' or 1=1 --", '%_', '\\', '*', '{"a":1}', '$1', '🚀', '\ud83d', 'x'.repeat(3_000)],
  ...['new', 'title', 'rank', 'asc', 'desc', '24h', 'bitcoin', 'post-1', 'ada'],
)
const text = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 20 }), fc.string())
const keyPart = fc.oneof(text, fc.integer(), fc.double(), fc.constantFrom(null, true, [], {}))
const cursor = fc
  .tuple(fc.oneof(fc.constantFrom(...orders), text), fc.array(keyPart, { maxLength: 4 }))
  .map(([order, key]) => cursorOf(order, key))
const value = fc.oneof({ weight: 3, arbitrary: text }, cursor)

/** Percent-encoded where an address must be, or as it stands, as far as it may stand in a request line. */
const inAddress = fc
  .tuple(value, fc.boolean())
  .map(([given, encoded]) =>
    encoded
      ? encodeURIComponent(given.replace(/\p{Surrogate}/gu, '�'))
      : given.replace(/[^\x21-\x7e]|#/g, ''),
  )
const path = fc.oneof(
  fc
    .tuple(fc.constantFrom(...routes.map(route => route.path)), inAddress)
    .map(([pattern, part]) => pattern.replace(/:\w+/, () => part)),
  fc.constantFrom('/', '/posts', '/broken/', '/nowhere', '/assets/entry-abc.js', '/robots.txt'),
  fc.constantFrom(
    '//',
    '//[',
    '//a:99999999/',
    '//%23a',
    '//evil.example/posts',
    '/\\evil.example',
  ),
  fc.constantFrom('/health/ready', '/health/live', '/metrics', '/metrics/', '/api', '/api/'),
  inAddress.map(part => `/${part}`),
)
const query = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...parameters), inAddress), inAddress), { maxLength: 4 })
  .map(pairs => pairs.map(([name, given]) => `${name}=${given}`).join('&'))

const encodings = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('gzip', 'br', 'identity', 'deflate', 'zstd', '*', 'x', ''),
        fc.constantFrom('', ';q=0', ';q=0.000', ';q=1', ';q=0.5', ';q=-1', ';q=x', ';q=', ';;'),
      )
      .map(([name, quality]) => name + quality),
    { maxLength: 4 },
  )
  .map(names => names.join(', '))
const session = fc.constantFrom('A'.repeat(43), 'x', '', '%', '" or 1=1')
const fields: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'accept-encoding': encodings,
  accept: fc.oneof(
    fc.constantFrom('text/html', 'application/json', '*/*', 'x;q=0', '*/*;q=0'),
    text,
  ),
  'if-none-match': fc.oneof(fc.constantFrom('*', 'W/"', '"a", W/"b"', ',,'), text),
  'if-modified-since': text,
  range: fc.oneof(fc.constantFrom('bytes=0-1', 'bytes=9-', 'bytes=-0', 'x=1-2'), text),
  cookie: fc
    .tuple(session, text, fc.constantFrom('', 'theme=x; ', 'a; =; ;; '))
    .map(([token, after, more]) => `${more}__Host-session=${token}; after=${after}`),
  'cryptotalks-after': text,
  prefer: fc.oneof(fc.constantFrom('wait=0', 'wait=-1', 'wait=99999999999', 'wait='), text),
  'x-forwarded-for': text,
  'x-forwarded-proto': text,
  'x-correlation-id': text,
  'content-type': text,
  host: text,
  origin: text,
  'sec-fetch-site': text,
}
const printable = (given: string): string => given.replace(/[^\x20-\x7e\xa0-\xff]/g, '')
const headers = fc
  .record(fields, { requiredKeys: [] })
  .map(given =>
    Object.fromEntries(Object.entries(given).map(([name, one]) => [name, printable(one ?? '')])),
  )
const methods = ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'POST', 'PUT', 'PATCH'] as const
const method = fc.oneof(
  { weight: 5, arbitrary: fc.constant('GET' as const) },
  fc.constantFrom(...methods),
)

const projectors = ['users', 'posts', 'rates'] as const

let stop: () => Promise<unknown>
let ask: (asked: {
  readonly method: (typeof methods)[number]
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}) => Promise<number>

beforeAll(async () => {
  const [postgres, eventStore] = await Promise.all([
    startTestPostgres(),
    startEventStore({ memory: true }),
  ])
  const connectionString = await postgres.createDatabase('any_input')
  const models = await createReadModels(connectionString)
  await addUser(models.db, 'Ada')
  await addPosts(models.db, [{ position: 1 }, { position: 2 }])
  await addCoins(models.db, [{ id: 'bitcoin', symbol: 'BTC', rank: 1 }])
  const build = buildSite()
  const container = await compose(
    parseConfig(configSchema, {
      DATABASE_URL: connectionString,
      EVENTSTORE_URL: eventStore.connectionString,
      PUBLIC_URL: 'https://talks.example',
      WEB_DIST: build.folder,
      LOG_LEVEL: 'silent',
    }),
  )
  const follower = container.get(services.follower)
  // Everything in the log is projected: whoever is to be told that they must wait can't say so by what they send.
  const end = await container.get(services.store).end()
  for (const projector of projectors) await models.project(projector, Number(end))
  await container.get(services.positions).reached(projectors, end, 20_000)
  const listening = await listen(container.get(services.app), { host: '127.0.0.1', port: 0 })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  ask = ({ method: verb, url, headers: given }) =>
    new Promise((resolve, reject) => {
      const target = { port: listening.port, path: url, method: verb, headers: given, agent }
      const asked = request({ host: '127.0.0.1', ...target }, answer => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
      })
      asked.on('error', reject).end()
    })
  stop = async () => {
    agent.destroy()
    await listening.stop()
    await follower.stop()
    await container.get(services.database).destroy()
    await container.get(services.store).close()
    await models.close()
    await Promise.all([eventStore.stop(), postgres.stop()])
    build.remove()
  }
})
afterAll(() => stop?.())

describe('any request', () => {
  it(`is answered without a 5xx (SEED=${SEED}, RUNS=${RUNS})`, async () => {
    await fc.assert(
      fc.asyncProperty(method, path, query, headers, async (verb, at, asked, given) => {
        const url = asked === '' ? at : `${at}?${asked}`
        const status = await ask({ method: verb, url, headers: given })
        expect(status, `${verb} ${url}`).toBeLessThan(500)
      }),
      { numRuns: RUNS, seed: SEED },
    )
  }, 600_000)
})
