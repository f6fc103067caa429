// Whatever nonsense is sent, the answer is a problem with a code, never an accident, and nothing is changed.
import { request as httpRequest } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiJudge, judgeOf } from './testing/api-document.ts'
import {
  type Answer,
  codeOf,
  expectStatus,
  member,
  type Person,
  type Request,
  someAccount,
  visit,
} from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import { logEnd, untilProjected } from './testing/read-models.ts'
import { startWorld, type World } from './testing/world.ts'

let world: World
let judge: ApiJudge
let author: Person
let slug: string

beforeAll(async () => {
  world = await startWorld()
  author = await member(world.url, someAccount('careful'))
  const made = expectStatus(201, await author.post('/api/posts', somePost('A good post')))
  slug = (made.body as { slug: string }).slug
  await untilProjected(world)
  // From here on nobody but the tests writes, so that the log's end tells of every change.
  await world.process('rates-feed').hold()
  await untilProjected(world)
  judge = await judgeOf(world.url)
}, 300_000)
afterAll(() => world?.end(), 60_000)

type Refusal = readonly [status: number, code: string]

/** Sends it and expects a problem in full dress that leaves the log as it was. */
async function refused(operation: string, path: string, sent: Request, expected?: Refusal) {
  const before = await logEnd(world.eventStoreUrl)
  const answer = await author.send(operation.split(' ')[0] ?? '', path, sent)
  expectProblem(answer, expected)
  expect(judge.fault(operation, answer)).toBeUndefined()
  expect(await logEnd(world.eventStoreUrl)).toBe(before)
}

function expectProblem(answer: Answer, expected?: Refusal): void {
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
  expect(answer.status, answer.text).toBeLessThan(500)
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(codeOf(answer)).toMatch(/^[a-z0-9-]+$/)
  expect((answer.body as { status: number }).status).toBe(answer.status)
  if (expected) expect([answer.status, codeOf(answer)], answer.text).toEqual(expected)
}

const good = {
  '/api/users': { ...someAccount('newcomer'), acceptTerms: true },
  '/api/sessions': { login: 'careful', password: someAccount('careful').password },
  '/api/posts': somePost('Good in itself'),
  '/api/previews': { body: 'Some *text*' },
} as const
const writes = Object.keys(good) as (keyof typeof good)[]

const invalid: Refusal = [422, 'invalid-input']
const wrongValues = [null, 17, true, [], {}, [[]], '', '\u0000', 'x'.repeat(50_000)]

describe.each(writes)('POST %s', path => {
  const operation = `POST ${path}`
  const fields = Object.entries(good[path])

  it('refuses bodies that are no object of the right form', async () => {
    for (const json of [null, 7, 'text', [], [good[path]], {}])
      await refused(operation, path, { json })
  })

  it('refuses each field when it is missing or of the wrong kind', async () => {
    for (const [field, value] of fields) {
      const { [field]: _gone, ...rest } = good[path] as Record<string, unknown>
      // Tags may be left out; everything else is needed.
      if (field !== 'tags') await refused(operation, path, { json: rest }, invalid)
      for (const wrong of wrongValues.filter(wrong => wrong !== value)) {
        if (Array.isArray(value) && Array.isArray(wrong) && wrong.length === 0) continue
        if (path === '/api/sessions' && typeof wrong === 'string' && wrong.length > 1) continue
        if (path === '/api/previews' && typeof wrong === 'string') continue
        await refused(operation, path, { json: { ...rest, [field]: wrong } })
      }
    }
  }, 120_000)

  it.each(['role', 'id', 'userId', 'authorId', 'votes', 'constructor', 'prototype', '$sealed'])(
    'refuses the further field %s',
    async field => {
      await refused(operation, path, { json: { ...good[path], [field]: 'admin' } }, invalid)
    },
  )

  it('refuses a prototype', async () => {
    const text = JSON.stringify(good[path])
    for (const prototype of ['{"isAdmin":true}', 'null', '[]'])
      await refused(operation, path, {
        raw: `{"__proto__":${prototype},${text.slice(1)}`,
        headers: { 'content-type': 'application/json' },
      })
  })

  it('refuses what is no JSON', async () => {
    const headers = { 'content-type': 'application/json' }
    for (const raw of ['', '{', '{"title":', "{'title':'x'}", '\u0000', '{"a":1}{"b":2}'])
      await refused(operation, path, { raw, headers })
    const broken = Buffer.from(JSON.stringify({ ...good[path], text: '\u00ff' }), 'latin1')
    await refused(operation, path, { raw: broken, headers })
    await refused(operation, path, { raw: '['.repeat(60_000), headers })
  })

  it('refuses other kinds of content', async () => {
    const raw = JSON.stringify(good[path])
    for (const type of [
      'text/plain',
      'application/xml',
      'image/png',
      'nonsense',
      'application/json; charset=utf-16',
    ])
      await refused(operation, path, { raw, headers: { 'content-type': type } })
    await refused(operation, path, {
      raw: '--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nx\r\n--b--',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    })
  })

  it('refuses more than it will read', async () => {
    const headers = { 'content-type': 'application/json' }
    const raw = JSON.stringify({ ...good[path], body: 'x'.repeat(3_000_000) })
    await refused(operation, path, { raw, headers }, [413, 'body-too-large'])
  })

  it('refuses keys that are none', async () => {
    for (const key of ['short', 'x'.repeat(129), 'with blanks in it', 'tab\tin it, it has'])
      await refused(operation, path, { json: good[path], key }, [400, 'bad-idempotency-key'])
  })

  it('refuses other sites', async () => {
    const foreign = [
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of foreign)
      await refused(operation, path, { json: good[path], headers }, [403, 'cross-site-request'])
  })
})

describe('publishing', () => {
  it('is for those who are signed in', async () => {
    const before = await logEnd(world.eventStoreUrl)
    const cookies = [
      '',
      '__Host-session=',
      `__Host-session=${'A'.repeat(43)}`,
      '__Host-session=";--',
    ]
    for (const cookie of cookies) {
      const request = { json: somePost('By nobody'), cookies: false, headers: { cookie } }
      expectProblem(await visit(world.url).send('POST', '/api/posts', request), [
        401,
        'not-signed-in',
      ])
    }
    expect(await logEnd(world.eventStoreUrl)).toBe(before)
  })

  it.each([
    ['a title that is too long', { title: 'x'.repeat(141) }],
    ['a title of blanks', { title: '     ' }],
    ['a text that is too long', { body: 'x'.repeat(40_001) }],
    ['too many tags', { tags: ['a', 'b', 'c', 'd', 'e', 'f'] }],
    ['a tag of other signs', { tags: ['<b>'] }],
    ['a tag that is too long', { tags: ['x'.repeat(21)] }],
    ['a tag that is no text', { tags: [{}] }],
  ])('refuses %s', async (_name, wrong) => {
    await refused(
      'POST /api/posts',
      '/api/posts',
      { json: { ...somePost('Right'), ...wrong } },
      invalid,
    )
  })
})

describe('signing up', () => {
  it.each([
    ['an address without a domain', { email: 'someone@' }],
    ['an address that is too long', { email: `${'x'.repeat(250)}@example.org` }],
    ['two addresses', { email: 'a@example.org, b@example.org' }],
    ['a header in the address', { email: 'a@example.org\r\nBcc: b@example.org' }],
    ['a name of two letters', { username: 'ab' }],
    ['a name with blanks', { username: 'two words' }],
    ['a name that the site needs', { username: 'admin' }],
    ['a name that is a path', { username: '../..' }],
    ['a password that is too short', { password: 'seven77' }],
    ['a password that everybody has', { password: 'password' }],
    ['a password that is too long', { password: 'x'.repeat(129) }],
    ['terms that were not accepted', { acceptTerms: false }],
  ])('refuses %s', async (_name, wrong) => {
    const json = { ...good['/api/users'], ...wrong }
    await refused('POST /api/users', '/api/users', { json }, invalid)
  })
})

describe('reading', () => {
  interface Query {
    readonly operation: string
    readonly path: string
    readonly expected?: Refusal
  }
  const queries: readonly Query[] = [
    ...[
      'limit=0',
      'limit=-1',
      'limit=101',
      'limit=1e9',
      'limit=ten',
      'limit=1&limit=2',
      'sort=votes',
      'sort=',
      'cursor=',
      'cursor=%00',
      'cursor=nonsense',
      `cursor=${'A'.repeat(5_000)}`,
      'cursor=eyJzIjoibmV3In0',
      'tag=%3Cb%3E',
      `q=${'x'.repeat(101)}`,
      'q=%00%00',
      'page=2',
      '__proto__=1',
      'q[]=x',
    ].map(query => ({ operation: 'GET /api/posts', path: `/api/posts?${query}` })),
    ...[
      'limit=0',
      'limit=251',
      'sort=shape',
      'order=up',
      'cursor=nonsense',
      'q=%00',
      'extra=1',
    ].map(query => ({ operation: 'GET /api/coins', path: `/api/coins?${query}` })),
    {
      operation: 'GET /api/posts/{slug}',
      path: '/api/posts/there-is-no-such-post',
      expected: [404, 'post-not-found'],
    },
    { operation: 'GET /api/posts/{slug}', path: '/api/posts/%00' },
    { operation: 'GET /api/posts/{slug}', path: `/api/posts/${'x'.repeat(3_000)}` },
    { operation: 'GET /api/posts/{slug}', path: '/api/posts/%E0%A4%A' },
    {
      operation: 'GET /api/users/{username}',
      path: '/api/users/nobody.here',
      expected: [404, 'user-not-found'],
    },
    { operation: 'GET /api/users/{username}', path: '/api/users/%27%20or%201%3D1' },
    {
      operation: 'GET /api/coins/{id}',
      path: '/api/coins/dreamcoin',
      expected: [404, 'coin-not-found'],
    },
    { operation: 'GET /api/coins/{id}', path: '/api/coins/..%2f..%2fetc%2fpasswd' },
    { operation: 'GET /api/coins/{id}/history', path: '/api/coins/bitcoin/history?range=forever' },
    {
      operation: 'GET /api/coins/{id}/history',
      path: '/api/coins/dreamcoin/history?range=24h',
      expected: [404, 'coin-not-found'],
    },
    { operation: 'GET /api/nothing', path: '/api/nothing', expected: [404, 'not-found'] },
    { operation: 'GET /api', path: '/api/', expected: [404, 'not-found'] },
  ]

  it.each(queries)('refuses $path', async ({ operation, path, expected }) => {
    await refused(operation, path, {}, expected)
  })

  it.each([
    ['cryptotalks-after', '-1'],
    ['cryptotalks-after', '99999999999999999999999'],
    ['cryptotalks-after', '1; drop table posts'],
  ])('refuses the header %s: %s', async (name, value) => {
    const sent = { headers: { [name]: value } }
    await refused('GET /api/posts', '/api/posts', sent, [400, 'invalid-position'])
  })

  it('does not trip over odd headers and cookies', async () => {
    const odd: Record<string, string>[] = [
      { cookie: 'after=nonsense; theme=pink; __Host-session=%%%' },
      { cookie: `x=${'y'.repeat(4_000)}` },
      { accept: 'nonsense/nothing;q=-1' },
      { 'accept-encoding': 'br;q=nonsense' },
      { 'if-none-match': '"'.repeat(300) },
      { 'x-forwarded-for': '1.2.3.4, nonsense', 'x-forwarded-host': 'evil.example' },
      { 'x-correlation-id': 'x'.repeat(2_000) },
      { range: 'bytes=5-1' },
    ]
    for (const headers of odd) {
      const answer = await visit(world.url).get('/api/posts', { headers, cookies: false })
      expect(answer.status, JSON.stringify(headers)).toBe(200)
      expect(JSON.stringify([...answer.headers])).not.toContain('evil.example')
    }
  })
})

/** Asks bare, since fetch would tidy the path up and choose the host. */
function bare(path: string, host = 'localhost'): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(world.url)
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ hostname, port, path, headers: { host } }, async answer => {
      resolve({ status: answer.statusCode ?? 0, text: await textOf(answer) })
    })
    asked.once('error', reject).end()
  })
}

describe('any path', () => {
  it('says which methods it takes', async () => {
    const wrong = [
      ['DELETE', '/api/posts'],
      ['PUT', '/api/posts'],
      ['PATCH', `/api/posts/${slug}`],
      ['POST', '/api/coins'],
      ['DELETE', '/api/coins'],
      ['DELETE', '/api/users/careful'],
      ['DELETE', '/market'],
    ] as const
    for (const [method, path] of wrong) {
      const answer = await author.send(method, path)
      expectProblem(answer, [405, 'method-not-allowed'])
      expect(answer.headers.get('allow'), `${method} ${path}`).toMatch(/^GET, HEAD/)
    }
  })

  it.each([
    ['/api/posts', 'GET, HEAD, POST'],
    ['/api/coins', 'GET, HEAD'],
    ['/market', 'GET, HEAD'],
  ])('%s answers OPTIONS with all of its methods', async (path, methods) => {
    const answer = await visit(world.url).send('OPTIONS', path)
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, methods])
  })

  it.each([
    '/metrics/',
    '/METRICS',
    '//metrics',
    '/%6detrics',
    '/%6Detrics/',
    '/./metrics',
    '/x/../metrics',
    '/x/%2e%2e/metrics',
    '/metrics%2f',
    '/metrics;x',
    '/health/',
    '/health/live/',
    '/Health/Ready',
    '/health//ready',
    'http://localhost/metrics/',
    'http://localhost//metrics',
    'HTTP://localhost/health/ready/',
  ])('what is for operators can not be reached as %s', async path => {
    const { status, text } = await bare(path)
    expect([400, 404]).toContain(status)
    expect(text).not.toMatch(/nodejs_|process_cpu|"checks"/)
  })

  it('answers to no name but its own', async () => {
    expect((await bare('/api/posts', 'evil.example')).status).toBe(421)
    expect((await bare('http://evil.example/api/posts')).status).toBe(421)
    for (const host of ['localhost', '127.0.0.1:1', '[::1]'])
      expect((await bare('/api/posts', host)).status).toBe(200)
  })

  it.each([
    '/api/posts/..%2f..%2fetc',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/../../package.json',
    '//evil.example',
    '//evil.example/posts',
    '/\\evil.example/',
    '//',
    '//[',
    '//a:99999999/',
    '//%23a',
    '/%',
    '/%ff',
    '/posts/%00',
    '/\\..\\..\\',
    '/posts?cursor=nonsense',
    '/market?sort=nonsense',
    '/market/nocoin',
    '/users/no.one',
  ])('answers %s without an accident', async path => {
    expect((await bare(path)).status).toBeLessThan(500)
  })
})

describe('hostile Markdown', () => {
  const corpora = {
    scripts: '<script>alert(1)</script><img src=x onerror=alert(1)>',
    links: '[a](javascript:alert(1)) [b](data:text/html,x) <vbscript:x> [c](  java\nscript:x)',
    attributes: '[x](https://a.example "onmouseover=alert(1)") ![x](https://a.example/pixel.gif)',
    entities: '&lt;script&gt; &#x6a;avascript: [x](&#106;avascript:alert(1))',
    nesting: `${'> '.repeat(2_000)}deep`,
    brackets: '['.repeat(20_000),
    stars: '*a_ '.repeat(5_000),
    tables: `|${'a|'.repeat(2_000)}\n|${'-|'.repeat(2_000)}`,
    controls: 'a\u202Eb\u0007c\uFEFF',
  }
  // What a post may consist of; a `>` within a tag is always written as an entity there.
  const elements =
    /^(a|blockquote|br|code|del|div|em|h[2-6]|hr|input|li|ol|p|pre|section|strong|sup|table|tbody|td|th|thead|tr|ul)$/
  const attributes =
    /^(align|aria-label|aria-describedby|checked|class|dir|disabled|href|id|rel|role|start|tabindex|scope|title|type|data-footnote-\w+)$/
  const addresses = /^(https?:|mailto:|\/(?!\/)|#)/

  /** The tags of some HTML that a post has no use for, by element, attribute or address. */
  function harmfulTags(html: string): string[] {
    return (html.match(/<[^>]*>?/g) ?? []).filter(tag => {
      const [, element = '', rest = ''] = /^<\/?([\w-]*)([^>]*)>$/.exec(tag) ?? []
      const pairs = [...rest.matchAll(/([^\s="]+)(?:="([^"]*)")?/g)]
      return (
        !elements.test(element) ||
        pairs.some(([, name = '', value = '']) => {
          return !attributes.test(name) || (name === 'href' && !addresses.test(value))
        })
      )
    })
  }

  it.each(Object.entries(corpora))('of %s is shown as harmless text', async (name, body) => {
    const post = { ...somePost(`Hostile ${name}`), body }
    const made = await author.post('/api/posts', post)
    if (made.status !== 201) return expectProblem(made)
    await untilProjected(world)
    const shown = expectStatus(200, await author.get(made.headers.get('location') ?? ''))
    expect([...new Set(harmfulTags((shown.body as { html: string }).html))]).toEqual([])
    expect(judge.fault('GET /api/posts/{slug}', shown)).toBeUndefined()
  })

  it('is known as such by this test', () => {
    const bad = [
      '<script>',
      '<img src=x onerror=alert(1)>',
      '<a href="javascript:x">',
      '<p onclick="x">',
      '<p',
    ]
    for (const tag of bad) expect(harmfulTags(tag), tag).toHaveLength(1)
  })
})

describe('good answers', () => {
  it('are what the API document says', async () => {
    const reads: readonly (readonly [string, string])[] = [
      ['GET /api/posts', '/api/posts?sort=title&limit=2'],
      ['GET /api/posts/{slug}', `/api/posts/${slug}`],
      ['GET /api/users/{username}', '/api/users/careful'],
      ['GET /api/me', '/api/me'],
      ['GET /api/coins', '/api/coins?limit=3'],
      ['GET /api/coins/{id}', '/api/coins/bitcoin'],
      ['GET /api/coins/{id}', '/api/coins/BTC'],
      ['GET /api/coins/{id}/history', '/api/coins/bitcoin/history?range=24h'],
    ]
    for (const [operation, path] of reads) {
      const answer = expectStatus(200, await author.get(path))
      expect(judge.describes(operation, 200), operation).toBe(true)
      expect(judge.fault(operation, answer), operation).toBeUndefined()
    }
  })

  it('are described for every operation that was tried here', () => {
    const tried = [
      ...writes.map(path => `POST ${path}`),
      'GET /api/posts',
      'DELETE /api/sessions/current',
    ]
    expect(judge.operations).toEqual(expect.arrayContaining(tried))
  })
})
