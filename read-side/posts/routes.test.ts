import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cursorOf as cursorOfOurs } from '../paging/cursor.ts'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addPosts, addUser } from '../testing/rows.ts'
import { startTestApi, type TestApi } from '../testing/test-api.ts'

let server: TestPostgres
let models: ReadModels
let api: TestApi

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('posts')
  models = await createReadModels(connectionString)
  api = startTestApi(connectionString)
  await addUser(models.db, 'Ada', 5)
  await addUser(models.db, 'bob', 1)
  await addPosts(models.db, [
    { position: 10, title: 'Why $BTC fees fall', tags: ['fees', 'btc'], body: 'Blocks are empty.' },
    { position: 20, title: 'apples', tags: ['fees'], body: 'A 100% gain_or_loss, c:\\temp' },
    { position: 30, title: 'Zebra', authorId: 'user-bob', body: '比特币的价格今天上涨' },
    { position: 40, title: 'zebra', authorId: 'user-forgotten' },
    { position: 50, title: 'Über alles', body: 'Éclair' },
  ])
  await models.project('posts', 50)
  await api.follows(['posts'], 50)
})

afterAll(async () => {
  await api?.close()
  await models?.close()
  await server?.stop()
})

const idsOf = async (path: string): Promise<string[]> => {
  const { status, body } = await api.get(path)
  expect(status).toBe(200)
  return body.items.map(({ id }: { id: string }) => id)
}

describe('GET /api/posts', () => {
  it('lists posts newest first, without their text', async () => {
    const { status, body, headers } = await api.get('/api/posts?limit=2')
    expect(status).toBe(200)
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['post-50', 'post-40'])
    expect(body.items[0]).toEqual({
      id: 'post-50',
      slug: 'post-50',
      title: 'Über alles',
      summary: 'Éclair',
      tags: [],
      coins: ['BTC'],
      author: { id: 'user-ada', username: 'Ada' },
      publishedAt: '2026-03-01T12:00:00.000Z',
      words: 1,
      revision: 0,
    })
    expect(headers['cryptotalks-position']).toBe('50')
    expect(headers['cache-control']).toBe('public, no-cache')
  })

  it('lists them oldest first, or by title without regard to case', async () => {
    expect(await idsOf('/api/posts?sort=old&limit=2')).toEqual(['post-10', 'post-20'])
    expect(await idsOf('/api/posts?sort=title')).toEqual([
      'post-20',
      'post-10',
      'post-30',
      'post-40',
      'post-50',
    ])
  })

  it('has no name for an author who was forgotten', async () => {
    const { body } = await api.get('/api/posts')
    expect(body.items[1].author).toEqual({ id: 'user-forgotten', username: null })
  })

  it('filters by tag, and by author without regard to case', async () => {
    expect(await idsOf('/api/posts?tag=fees')).toEqual(['post-20', 'post-10'])
    expect(await idsOf('/api/posts?tag=nothing')).toEqual([])
    expect(await idsOf('/api/posts?author=BOB')).toEqual(['post-30'])
    expect(await idsOf('/api/posts?author=nobody')).toEqual([])
    expect(await idsOf('/api/posts?tag=fees&author=ada&sort=old&q=empty')).toEqual(['post-10'])
  })

  it.each([
    ['parts of words', 'lock', ['post-10']],
    ['all of several words in any order', 'EMPTY why', ['post-10']],
    ['a cashtag', '$btc', ['post-10']],
    ['Chinese', '价格', ['post-30']],
    ['letters with accents in either case', 'éCLAIR', ['post-50']],
    ['a percent sign as itself', '0%', ['post-20']],
    ['an underscore as itself', 'n_o', ['post-20']],
    ['a backslash as itself', ':\\t', ['post-20']],
    ['a quote', "'; drop table posts", []],
    ['only what has every word', 'empty zebra', []],
    ['no word too few, however many there are', 'w y b t c f e s a l zzzznotthere', []],
    ['all of many words', 'why btc fees fall blocks are empty $ b l o c k s', ['post-10']],
    ['one Chinese character', '价', ['post-30']],
    ['a tag by its mark', '#btc', ['post-10']],
    ['words in quotes', '"blocks" “empty”', ['post-10']],
    ['letters with their accents apart', 'e\u0301clair', ['post-50']],
    ['wide letters', 'ｂｌｏｃｋｓ', ['post-10']],
    ['a word with a soft hyphen', 'blo\u00adcks', ['post-10']],
  ])('finds %s', async (_what, words, expected) => {
    expect(await idsOf(`/api/posts?q=${encodeURIComponent(words)}`)).toEqual(expected)
  })

  it.each(['new', 'old', 'title'])(
    'shows each post once on the pages by %s, while others are published',
    async sort => {
      const before = (await idsOf(`/api/posts?limit=100&sort=${sort}`)).toString().split(',')
      const seen: string[] = []
      let cursor: string | null = null
      let pages = 0
      do {
        const at: string = cursor === null ? '' : `&cursor=${cursor}`
        const { body } = await api.get(`/api/posts?limit=2&sort=${sort}${at}`)
        seen.push(...body.items.map(({ id }: { id: string }) => id))
        cursor = body.nextCursor
        pages += 1
        const position = 1_000 + before.length * 100 + pages
        await addPosts(models.db, [{ position, title: `m ${position}` }])
      } while (cursor !== null && pages < 50)
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen.filter(id => before.includes(id))).toEqual(before)
      await models.db.deleteFrom('posts.posts').where('position', '>', '1000').execute()
    },
  )

  it('gives no cursor after the last post', async () => {
    const { body } = await api.get('/api/posts?limit=5')
    expect(body.items).toHaveLength(5)
    expect(body.nextCursor).toBeNull()
  })
})

describe('a cursor', () => {
  const cursorOf = async (path: string): Promise<string> => (await api.get(path)).body.nextCursor

  it.each([
    ['of another order', async () => cursorOf('/api/posts?limit=1&sort=old')],
    ['made up, with what is no position', async () => cursorOfOurs('posts-new', ['abc', 'a', 'b'])],
    [
      'made up, with a position too large',
      async () => cursorOfOurs('posts-new', ['9'.repeat(19), 'a', 'b']),
    ],
    ['cut short', async () => (await cursorOf('/api/posts?limit=1')).slice(0, -2)],
    [
      'with a letter changed',
      async () => (await cursorOf('/api/posts?limit=1')).replace(/.$/, 'Z'),
    ],
    ['that is no cursor', async () => 'abc'],
    ['that is JSON of something else', async () => Buffer.from('{"a":1}').toString('base64url')],
  ])('%s is refused', async (_what, cursor) => {
    const { status, body } = await api.get(`/api/posts?limit=1&cursor=${await cursor()}`)
    expect(status).toBe(400)
    expect(body).toMatchObject({
      code: 'invalid-query',
      errors: [{ field: 'cursor', code: 'bad-cursor' }],
    })
  })
})

describe('GET /api/posts/:slug', () => {
  it('shows the post with its text', async () => {
    const { status, body } = await api.get('/api/posts/post-10')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: 'post-10',
      author: { id: 'user-ada', username: 'Ada' },
      body: 'Blocks are empty.',
      html: '<p>Blocks are empty.</p>',
      position: '10',
    })
  })

  it.each(['nothing', '..%2f..', '%E6%AF%94', "a'b", 'x'.repeat(3_000)])(
    'knows no post %s',
    async slug => {
      const { status, body } = await api.get(`/api/posts/${slug}`)
      expect([status, body.code]).toEqual([404, 'post-not-found'])
    },
  )
})

describe('what is asked wrongly', () => {
  it.each([
    ['/api/posts?limit=0', 400, 'invalid-query'],
    ['/api/posts?limit=101', 400, 'invalid-query'],
    ['/api/posts?limit=-1', 400, 'invalid-query'],
    ['/api/posts?limit=1.5', 400, 'invalid-query'],
    ['/api/posts?limit=1e999', 400, 'invalid-query'],
    ['/api/posts?limit=many', 400, 'invalid-query'],
    ['/api/posts?limit=1&limit=2', 400, 'invalid-query'],
    ['/api/posts?sort=best', 400, 'invalid-query'],
    ['/api/posts?sort[]=new', 400, 'invalid-query'],
    ['/api/posts?q=a', 400, 'invalid-query'],
    ['/api/posts?q=', 400, 'invalid-query'],
    ['/api/posts?q=%20', 400, 'invalid-query'],
    ['/api/posts?q=a%C2%AD', 400, 'invalid-query'],
    [`/api/posts?q=${'a'.repeat(101)}`, 400, 'invalid-query'],
    ['/api/posts?q=%07ab', 400, 'invalid-query'],
    ['/api/posts?q=ab%00c', 400, 'malformed-uri'],
    ['/api/posts?tag=Not%20a%20tag', 400, 'invalid-query'],
    ['/api/posts?author=%25', 400, 'invalid-query'],
    ['/api/posts?unknown=1', 400, 'invalid-query'],
    ['/api/posts?__proto__=1', 400, undefined],
    [`/api/posts?cursor=${'A'.repeat(2_000)}`, 400, 'invalid-query'],
    ['/api/posts/%ff%fe', 400, 'malformed-uri'],
    ['/api/posts/%', 400, 'malformed-uri'],
    ['/api/posts/a%00b', 400, 'malformed-uri'],
    ['/api/posts/', 404, 'not-found'],
    ['/api/nothing', 404, 'not-found'],
  ])('%s answers %i', async (path, status, code) => {
    const answer = await api.get(path)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    if (code !== undefined) expect(answer.body.code).toBe(code)
  })

  it('too little to search for is told by its field, and what would be enough', async () => {
    for (const path of ['/api/posts?q=a', '/api/coins?q=%20']) {
      const { body } = await api.get(path)
      const message =
        'Search for at least two letters, or one Chinese, Japanese or Korean character.'
      expect(body.errors).toEqual([{ field: 'q', code: 'too-short', message }])
    }
  })

  it('bytes that are no UTF-8 in a search find nothing rather than break', async () => {
    expect(await idsOf('/api/posts?q=%ff%fe%fd')).toEqual([])
  })

  it.each(['POST', 'PUT', 'DELETE'] as const)('%s is not allowed', async method => {
    const { status, headers } = await api.ask(method, '/api/posts')
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})
