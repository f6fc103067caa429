import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from './testing/test-write-side.ts'

let side: TestWriteSide
let author: { readonly Cookie: string }
beforeAll(async () => {
  side = await startTestWriteSide()
  const { Cookie } = await side.member()
  author = { Cookie }
})
afterAll(() => side?.stop())

const ann = {
  email: 'ann.bell@example.org',
  username: 'ann.bell',
  password: 'correct horse battery',
  acceptTerms: true,
}
const login = { login: 'ann.bell', password: 'correct horse battery' }
const draft = { title: 'A title', body: 'A body', tags: ['btc'] }
const without = (body: object, field: string) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== field))
const json = { 'Content-Type': 'application/json' }

/** What is sent, and the field and code that come back for it. */
type Case = readonly [string, string, unknown, string, string]

const wrongFields: readonly Case[] = [
  ...Object.keys(ann).map(
    field => [`no ${field}`, '/api/users', without(ann, field), field, 'required'] as const,
  ),
  ...['email', 'username', 'password'].flatMap(field =>
    [7, null, ['x'], { $gt: '' }].map(
      value =>
        [
          `${field} as ${JSON.stringify(value)}`,
          '/api/users',
          { ...ann, [field]: value },
          field,
          'wrong-type',
        ] as const,
    ),
  ),
  ['terms as text', '/api/users', { ...ann, acceptTerms: 'true' }, 'acceptTerms', 'wrong-type'],
  ['no consent', '/api/users', { ...ann, acceptTerms: false }, 'acceptTerms', 'terms-not-accepted'],
  ['a role', '/api/users', { ...ann, role: 'admin' }, 'role', 'unknown-field'],
  ['an id', '/api/users', { ...ann, id: 'u-1' }, 'id', 'unknown-field'],
  ...[
    'ann',
    'ann@',
    '@x.org',
    'a b@x.org',
    'ann@localhost',
    'ann@-x.org',
    'ann@x..org',
    'a@b@c.d@',
  ].map(
    email => [`e-mail ${email}`, '/api/users', { ...ann, email }, 'email', 'bad-format'] as const,
  ),
  [
    'a long e-mail',
    '/api/users',
    { ...ann, email: `${'a'.repeat(260)}@x.org` },
    'email',
    'too-long',
  ],
  ['a short name', '/api/users', { ...ann, username: 'an' }, 'username', 'too-short'],
  ['a long name', '/api/users', { ...ann, username: 'a'.repeat(25) }, 'username', 'too-long'],
  ...['ann bell', 'änn', '<b>x</b>', '.ann', 'ann.', '../etc', 'a/b'].map(
    username =>
      [`name ${username}`, '/api/users', { ...ann, username }, 'username', 'bad-format'] as const,
  ),
  ...['admin', 'Root', 'settings', 'MODERATOR'].map(
    username =>
      [`name ${username}`, '/api/users', { ...ann, username }, 'username', 'reserved'] as const,
  ),
  ['a short password', '/api/users', { ...ann, password: 'short' }, 'password', 'too-short'],
  ['a long password', '/api/users', { ...ann, password: 'p'.repeat(129) }, 'password', 'too-long'],
  [
    'a common password',
    '/api/users',
    { ...ann, password: 'Password123' },
    'password',
    'too-common',
  ],
  [
    'its name as password',
    '/api/users',
    { ...ann, password: 'ANN.BELL' },
    'password',
    'too-common',
  ],
  ['no login', '/api/sessions', without(login, 'login'), 'login', 'required'],
  ['an empty login', '/api/sessions', { ...login, login: ' ' }, 'login', 'too-short'],
  ['a login as object', '/api/sessions', { ...login, login: {} }, 'login', 'wrong-type'],
  [
    'a huge password',
    '/api/sessions',
    { ...login, password: 'p'.repeat(9_999) },
    'password',
    'too-long',
  ],
  ...Object.keys(draft).map(
    field => [`no ${field}`, '/api/posts', without(draft, field), field, 'required'] as const,
  ),
  [
    'half a character in a password',
    '/api/users',
    { ...ann, password: 'a quiet \ud800 night' },
    'password',
    'bad-format',
  ],
  [
    'a common password in full width',
    '/api/users',
    { ...ann, password: 'ｐａｓｓｗｏｒｄ１２３' },
    'password',
    'too-common',
  ],
  ...['\u200bann@example.org', 'a..b@example.org', 'jörg@example.org', 'ann@example.org/x'].map(
    email => [`e-mail ${email}`, '/api/users', { ...ann, email }, 'email', 'bad-format'] as const,
  ),
  ...[
    '\u200b\u200b\u200b',
    '\u200e\u200e\u200e',
    'a\u200b\u200b',
    '\u2800\u2800\u2800',
    '\u3164'.repeat(9),
  ].map(
    title =>
      [
        `a title of ${JSON.stringify(title)}`,
        '/api/posts',
        { ...draft, title },
        'title',
        'too-short',
      ] as const,
  ),
  ...['\u2028', '\u2029', '\u0085'].map(
    end =>
      [
        'a title of two lines',
        '/api/posts',
        { ...draft, title: `one${end}two` },
        'title',
        'bad-format',
      ] as const,
  ),
  ...['\u200b\u2060', '\u3164', '\u2800 \u2800', '\ufe0f', '\u0301'].map(
    body => ['a body without ink', '/api/posts', { ...draft, body }, 'body', 'required'] as const,
  ),
  ['a tag of hyphens', '/api/posts', { ...draft, tags: ['---'] }, 'tags.0', 'bad-format'],
  ['a short title', '/api/posts', { ...draft, title: '  a   ' }, 'title', 'too-short'],
  ['a long title', '/api/posts', { ...draft, title: 't'.repeat(141) }, 'title', 'too-long'],
  ['a title of two lines', '/api/posts', { ...draft, title: 'one\ntwo' }, 'title', 'bad-format'],
  [
    'a title that reads backwards',
    '/api/posts',
    { ...draft, title: 'abc\u202edef' },
    'title',
    'bad-format',
  ],
  ['half a character', '/api/posts', { ...draft, body: 'x\ud800y' }, 'body', 'bad-format'],
  ['an empty body', '/api/posts', { ...draft, body: '' }, 'body', 'too-short'],
  ['a blank body', '/api/posts', { ...draft, body: ' \n ' }, 'body', 'required'],
  ['a long body', '/api/posts', { ...draft, body: 'b'.repeat(40_001) }, 'body', 'too-long'],
  ['tags as text', '/api/posts', { ...draft, tags: 'btc' }, 'tags', 'wrong-type'],
  [
    'six tags',
    '/api/posts',
    { ...draft, tags: ['a', 'b', 'c', 'd', 'e', 'f'] },
    'tags',
    'too-long',
  ],
  ['an empty tag', '/api/posts', { ...draft, tags: ['a', ''] }, 'tags.1', 'too-short'],
  ['a tag with a space', '/api/posts', { ...draft, tags: ['a b'] }, 'tags.0', 'bad-format'],
  ['a long tag', '/api/posts', { ...draft, tags: ['t'.repeat(21)] }, 'tags.0', 'too-long'],
  ['an author', '/api/posts', { ...draft, authorId: 'u-1' }, 'authorId', 'unknown-field'],
  ['a slug', '/api/posts', { ...draft, slug: 'mine' }, 'slug', 'unknown-field'],
  ['a preview of nothing', '/api/previews', { body: '' }, 'body', 'too-short'],
  ['a preview of a number', '/api/previews', { body: 1 }, 'body', 'wrong-type'],
]

const wrongWholes: readonly (readonly [string, string, RequestInit, number, string])[] = [
  ...['/api/users', '/api/sessions', '/api/posts', '/api/previews'].flatMap(
    path =>
      [
        ['broken JSON', path, { body: '{"a":', headers: json }, 400, 'malformed-json'],
        ['no JSON object', path, { body: '[]', headers: json }, 422, 'invalid-input'],
        ['nothing', path, {}, 422, 'invalid-input'],
        [
          'text',
          path,
          { body: '{}', headers: { 'Content-Type': 'text/xml' } },
          415,
          'unsupported-media-type',
        ],
        [
          'a prototype',
          path,
          { body: '{"__proto__":{"a":1}}', headers: json },
          422,
          'invalid-input',
        ],
        [
          'a huge body',
          path,
          { body: `{"a":"${'x'.repeat(600_000)}"}`, headers: json },
          413,
          'body-too-large',
        ],
        [
          'broken UTF-8',
          path,
          { body: Buffer.from([0x7b, 0xff]), headers: json },
          400,
          'malformed-body',
        ],
        [
          'a bad key',
          path,
          { body: '{}', headers: { ...json, 'Idempotency-Key': 'short' } },
          400,
          'bad-idempotency-key',
        ],
      ] as const,
  ),
  ['nowhere', '/api/nothing', { body: '{}', headers: json }, 404, 'not-found'],
]

describe('bad input', () => {
  it.each(wrongFields)(
    'with %s to %s is told by field and changes nothing',
    async (_, path, body, field, code) => {
      const before = await side.store.end()
      const sent = await side.post(path, body, author)
      expect([sent.status, sent.body.code]).toEqual([422, 'invalid-input'])
      expect(sent.body.errors).toContainEqual({ field, code, message: expect.any(String) })
      expect(sent.headers.get('Content-Type')).toMatch(/^application\/problem\+json/)
      expect(await side.store.end()).toBe(before)
    },
  )

  it.each(wrongWholes)(
    'as %s to %s is a problem and changes nothing',
    async (_, path, init, status, code) => {
      const before = await side.store.end()
      const headers = { ...(init.headers as Record<string, string>), ...author }
      const sent = await side.send('POST', path, { ...init, headers })
      expect([sent.status, sent.body.code]).toEqual([status, code])
      expect(await side.store.end()).toBe(before)
    },
  )

  it('of every kind in one form has one sentence a field, with its name and figures', async () => {
    const empty = { email: '', username: '', password: '', acceptTerms: false }
    const sent = await side.post('/api/users', empty)
    expect(sent.body.errors?.map(({ field }) => field)).toEqual(Object.keys(empty))
    const long = { title: 't'.repeat(152), body: 'b'.repeat(40_007), tags: ['t'.repeat(21)] }
    const { body } = await side.post('/api/posts', long, author)
    expect(body.errors?.map(({ message }) => message)).toEqual([
      'The title should have at most 140 characters; it has 152.',
      'The text should have at most 40000 characters; it has 40007.',
      'Number 1 of the tags should have at most 20 characters; it has 21.',
    ])
    const blank = await side.post('/api/posts', { title: '', body: '', tags: [] }, author)
    expect(blank.body.errors).toHaveLength(2)
  })

  it('is no text with joiners and selectors that have a part to play', async () => {
    for (const title of ['نامه\u200cای نو', '👩\u200d👩\u200d👧 at home', '❤\ufe0f to all'])
      expect((await side.post('/api/posts', { ...draft, title }, author)).status).toBe(201)
  })

  it('by the wrong method is told which is right', async () => {
    const sent = await side.send('PUT', '/api/posts', { headers: author })
    expect([sent.status, sent.body.code, sent.headers.get('Allow')]).toEqual([
      405,
      'method-not-allowed',
      expect.stringContaining('POST'),
    ])
  })

  it.each([
    ['scripts', '<img src=x onerror=alert(1)><script>alert(1)</script>'],
    ['addresses that run', '[x](javascript:alert(1)) ![y](data:text/html,<script>)'],
    ['brackets', '['.repeat(40_000)],
    ['stars', '*a '.repeat(13_000)],
    ['cells', `|${'a|'.repeat(5_000)}\n|${'-|'.repeat(5_000)}\n`],
    ['HTML that is begun', `a ${'<?'.repeat(19_999)}`],
  ])('in Markdown full of %s does no harm', async (_, body) => {
    const sent = await side.post('/api/previews', { body }, author)
    expect(sent.status).toBe(200)
    expect(sent.body.html).not.toMatch(/<script|<img|onerror=alert\(1\)>|href="(javascript|data):/)
  })
})

describe('a write from another site', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  it.each([
    ['with its origin', { ...json, Origin: 'https://evil.example' }],
    ['as the browser tells', { ...json, 'Sec-Fetch-Site': 'cross-site' }],
    ['from a sister site', { ...json, 'Sec-Fetch-Site': 'same-site' }],
    ['as a form without any word of where from', form],
    ['as a form from nowhere', { ...form, Origin: 'null' }],
  ])(
    '%s is refused, signed in or not, and changes nothing',
    async (_, headers: Record<string, string>) => {
      const before = await side.store.end()
      const body =
        headers === form ? new URLSearchParams({ title: 'x' }).toString() : JSON.stringify(draft)
      for (const cookie of [author, {}])
        for (const path of ['/api/posts', '/api/users', '/api/sessions', '/theme']) {
          const sent = await side.send('POST', path, { body, headers: { ...headers, ...cookie } })
          expect([sent.status, sent.body.code]).toEqual([403, 'cross-site-request'])
        }
      const out = await side.send('DELETE', '/api/sessions/current', {
        headers: { ...headers, ...author },
      })
      expect(out.status).toBe(403)
      expect(await side.store.end()).toBe(before)
      expect((await side.post('/api/previews', { body: 'still signed in' }, author)).status).toBe(
        200,
      )
    },
  )
})
