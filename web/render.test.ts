// Every page as the server draws it, from the built bundle and an invented query API.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { PageRequest } from '@cryptotalks/shared-kernel/http/page-renderer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from './api/problem.ts'
import { pageAt } from './pages/pages.ts'
import { fixtureApi } from './testing/fixture-api.ts'
import { fixturePosts } from './testing/fixture-posts.ts'
import { buildSite, type SiteBuild } from './testing/site-build.ts'

const origin = 'https://talks.example'
const now = new Date('2024-06-11T14:02:11Z')
const nonce = 'bm9uY2U='

let site: SiteBuild
const buildMilliseconds = 180_000
beforeAll(async () => {
  site = await buildSite()
}, buildMilliseconds)
afterAll(() => site.remove())

type Asked = Partial<Omit<PageRequest, 'url'>> & { readonly visitor?: string }

function draw(path: string, { visitor, ...asked }: Asked = {}) {
  return site.render({
    url: origin + path,
    nonce,
    theme: 'dark',
    now,
    idempotencyKey: 'key-of-this-page',
    api: apiPath => fixtureApi(apiPath, { now, visitor }),
    ...asked,
  })
}

const titleOf = (html: string) => /<title[^>]*>([^<]*)<\/title>/.exec(html)?.[1]
/** The tags as a browser reads them: what stands between quotes is no markup. */
const tagsOf = (html: string) =>
  html.match(/<[a-z][^\s/>]*(?:\s+[^\s=/>]+(?:="[^"]*")?)*\s*\/?>/gi) ?? []
const scriptsOf = (html: string) => tagsOf(html).filter(tag => /^<script/i.test(tag))
const slug = fixturePosts(now)[0]?.slug ?? ''

const paths = [
  '/',
  '/posts',
  '/posts?tag=fees&sort=title',
  '/posts?q=nothing-has-these-words',
  '/posts/new',
  `/posts/${slug}`,
  '/market',
  '/market?sort=change24h&order=asc&col=cap',
  '/market?q=nothing-has-these-words',
  '/market/bitcoin',
  '/market/bitcoin?range=7d&view=table',
  '/market/sonic',
  '/sign-up',
  '/sign-in?joined=1&back=%2Fposts%2Fnew',
  '/users/marrow',
  '/docs',
  '/more',
  '/sign-in?unkept=1&back=%2Fmarket',
  '/nowhere',
]
const visits = paths.flatMap(path => [
  { path, visitor: '' },
  { path, visitor: 'marrow' },
])

describe.each(visits)('the page $path for "$visitor"', ({ path, visitor }) => {
  it('obeys the content security policy: no style, no handler, a nonce on each script', async () => {
    const { html } = await draw(path, { visitor })
    for (const tag of tagsOf(html)) {
      expect(tag).not.toMatch(/\s(style|on[a-z]+)\s*=/i)
      expect(tag).not.toMatch(/^<(style|iframe|object|embed|base)/i)
      if (tag.startsWith('<script')) expect(tag).toContain(`nonce="${nonce}"`)
    }
  })

  it('leads only to pages of the site, and asks nobody else for anything', async () => {
    const { html } = await draw(path, { visitor })
    for (const tag of tagsOf(html)) {
      const [, target = ''] = /\s(?:href|src|action)="([^"]*)"/.exec(tag) ?? []
      if (/^<(link|script|img)/.test(tag) && target && !target.startsWith(origin)) {
        expect(target).toMatch(/^\/(assets\/|favicon\.svg)/)
      }
      if (tag.startsWith('<a ') && target.startsWith('/') && !target.startsWith('/api/')) {
        expect([tag, pageAt(new URL(target, origin).pathname).path]).not.toContain('*')
      }
    }
  })

  it('has one main heading, one main part, a title and its folio', async () => {
    const { html, headers } = await draw(path, { visitor })
    expect(html.match(/<h1[ >]/g)).toHaveLength(1)
    expect(html.match(/<main[ >]/g)).toHaveLength(1)
    expect(html.match(/<title[ >]/g)).toHaveLength(1)
    expect(html.startsWith('<!doctype html><html lang="en" data-theme="dark">')).toBe(true)
    if (headers['cryptotalks-position']) expect(html).toMatch(/Folio .*184,220/)
  })
})

describe('many pages at once', () => {
  it('never mix: each has its own title, text and key', async () => {
    const seed = Date.now()
    let state = seed
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state / 2 ** 32
    }
    const later = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
    }
    const pages = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const turns = () => Math.floor(random() * 20)
        const { html } = await draw(`/posts/post-${index}`, {
          idempotencyKey: `key-${index}-end`,
          api: async apiPath => {
            await later(turns())
            if (!apiPath.startsWith('/api/posts/')) return fixtureApi(apiPath, { now })
            const post = await (await fixtureApi(`/api/posts/${slug}`, { now })).json()
            return Response.json({ ...(post as object), title: `Title ${index} of its own` })
          },
        })
        return html
      }),
    )
    for (const [index, html] of pages.entries()) {
      const others = [...html.matchAll(/Title (\d+) of its own/g)].map(match => Number(match[1]))
      expect(titleOf(html), `seed ${seed}`).toBe(`Title ${index} of its own · Cryptotalks`)
      expect(new Set(others), `seed ${seed}`).toEqual(new Set([index]))
      expect(html).toContain(`key-${index}-end`)
    }
  })
})

describe('an address that no page has', () => {
  it.each([
    '//',
    '///',
    '//[',
    '//%23a',
    '//a:99999999/',
    '//evil.example/posts',
    '//evil.example',
    '/posts//x',
    '/posts//',
    '/%5C%5Cevil.example/',
    '/%zz',
    '/http://evil.example/posts',
  ])('%s is not found, and brings no other host into the page', async path => {
    const { status, html } = await draw(path)
    expect(status).toBe(404)
    expect(html).toContain('Nothing is filed under this address')
    for (const tag of tagsOf(html)) {
      const [, target = ''] = /\s(?:href|src|action)="([^"]*)"/.exec(tag) ?? []
      if (target !== '') expect(new URL(target, origin).origin, tag).toBe(origin)
    }
  })
})

describe('hostile words', () => {
  const hostile = `</title></script><script>alert(1)</script><!--"' $& $1 \u2028 &lt;b&gt;`
  const withPost = (change: object) => async (apiPath: string) => {
    const answer = await fixtureApi(apiPath, { now })
    if (!apiPath.startsWith('/api/posts')) return answer
    const body = (await answer.json()) as { readonly items?: readonly object[] }
    return Response.json(
      body.items
        ? { ...body, items: body.items.map(item => ({ ...item, ...change })) }
        : { ...body, ...change },
    )
  }

  it.each(['/', '/posts', `/posts/${slug}`, '/market/bitcoin'])('stay words on %s', async path => {
    const change = { title: hostile, summary: hostile, tags: [hostile], coins: [hostile] }
    const { html } = await draw(path, { api: withPost(change) })
    expect(scriptsOf(html).filter(tag => !tag.includes(nonce))).toEqual([])
    expect(scriptsOf(html)).toHaveLength(3)
  })

  it('stay words in what was searched for', async () => {
    const { html } = await draw(`/posts?q=${encodeURIComponent(hostile)}`)
    expect(scriptsOf(html).filter(tag => !tag.includes(nonce))).toEqual([])
    expect(scriptsOf(html)).toHaveLength(3)
  })

  it('that show nothing leave something to press', async () => {
    const blank = '\u200b\u200e\u2060'
    for (const path of ['/', '/posts', '/posts?sort=title', `/posts/${slug}`]) {
      const { html } = await draw(path, { api: withPost({ title: blank }) })
      expect(html).not.toContain(`>${blank}</a>`)
      expect(html, path).toContain('>Untitled</')
    }
  })

  it('keep their dollar signs in the title', async () => {
    const { html } = await draw(`/posts/${slug}`, {
      api: withPost({ title: "Pay $& or $' or $1" }),
    })
    expect(titleOf(html)).toBe("Pay $&amp; or $' or $1 · Cryptotalks")
  })
})

const problem = (status: number, code: string, rest: Partial<Problem> = {}): Problem => ({
  type: `/problems/${code}`,
  title: 'That did not work',
  status,
  code,
  ...rest,
})

describe('a refused form', () => {
  const message = 'marrow is taken. Try marrow2.'
  const refused = {
    values: {
      email: 'a@example.org',
      username: 'marrow',
      password: 'hunter2-secret',
      acceptTerms: 'on',
    },
    problem: problem(409, 'username-taken', {
      errors: [{ field: 'username', code: 'taken', message }],
    }),
  }

  it.each(['/sign-up', '/api/users'])('comes back from %s with what was typed', async path => {
    const { html, status } = await draw(path, { refused })
    expect(status).toBe(409)
    expect(titleOf(html)).toBe('Error: Create account · Cryptotalks')
    expect(html).toMatch(/name="username"[^>]*value="marrow"[^>]*aria-invalid="true"/)
    expect(html).toMatch(/name="email"[^>]*value="a@example.org"/)
    expect(html).toMatch(/role="alert"/)
    expect(html).toContain('href="#username"')
    expect(html.split(message).length - 1).toBeGreaterThanOrEqual(2)
  })

  it('never shows the password again, not even in the data for scripts', async () => {
    const { html } = await draw('/sign-up', { refused })
    expect(html).not.toContain('hunter2')
  })

  it('says it on top when no field is at fault', async () => {
    const { html, status } = await draw('/sign-in', {
      refused: { values: { login: 'marrow' }, problem: problem(401, 'wrong-credentials') },
    })
    expect(status).toBe(401)
    expect(html).toContain('That did not work')
    expect(html).toMatch(/name="login"[^>]*value="marrow"/)
  })

  it('keeps a post that was not published', async () => {
    const values = { title: 'A <title>', body: 'Line one\n</textarea><b>two', tags: 'fees, how-to' }
    const { html } = await draw('/posts/new', {
      visitor: 'marrow',
      refused: { values, problem: problem(422, 'invalid-input') },
    })
    expect(titleOf(html)).toBe('Error: New post · Cryptotalks')
    expect(html).toContain('>Line one\n&lt;/textarea>&lt;b>two</textarea>')
    expect(html).toContain('value="A <title>"')
    expect(html).toContain('value="fees, how-to"')
  })

  it('keeps a post of somebody whose session has ended, and says how to go on', async () => {
    const values = { title: 'Late', body: 'An hour of work', tags: '' }
    const { html, status } = await draw('/posts/new', {
      refused: { values, problem: problem(401, 'not-signed-in') },
    })
    expect(status).toBe(401)
    expect(html).toContain('>An hour of work</textarea>')
    expect(html).toMatch(/<a href="\/sign-in" target="_blank" /)
  })

  it('keeps the text of who wrote it theirs, whoever is signed in by now', async () => {
    const values = { title: 'Mine', body: 'By another', tags: '', writtenBy: 'u-1' }
    const { html, status } = await draw('/posts/new', {
      visitor: 'marrow',
      refused: { values, problem: problem(409, 'signed-in-as-another') },
    })
    expect(status).toBe(409)
    expect(html).toContain('>By another</textarea>')
    expect(html).toContain('name="writtenBy" value="u-1"')
    expect(html).toContain('Sign in to that one in a new tab')
  })

  it('of a page without a form shows the problem as a page', async () => {
    const { html, status } = await draw('/market', {
      refused: { values: {}, problem: problem(403, 'cross-site-request') },
    })
    expect(status).toBe(403)
    expect(html).toContain('That did not work')
  })
})

it('shows a preview that was asked for without scripts, and no error', async () => {
  const { html, status } = await draw('/posts/new', {
    visitor: 'marrow',
    refused: {
      values: { title: 'Mine', body: '**bold**', tags: '' },
      problem: problem(200, 'preview', { detail: '<p><strong>bold</strong></p>' }),
    },
  })
  expect(status).toBe(200)
  expect(titleOf(html)).toBe('New post · Cryptotalks')
  expect(html).toContain('<div class="prose"><p><strong>bold</strong></p></div>')
  expect(html).not.toContain('role="alert"')
})

describe('forms without scripts', () => {
  it.each([
    ['/sign-up', '/api/users', ['email', 'username', 'password', 'acceptTerms']],
    ['/sign-in', '/api/sessions', ['login', 'password', 'back']],
    ['/posts/new', '/api/posts', ['title', 'body', 'tags']],
  ])('%s posts to %s', async (path, action, fields) => {
    const { html } = await draw(path, { visitor: 'marrow' })
    const form = html.slice(html.indexOf(`action="${action}"`))
    expect(form).not.toBe(html.slice(-1))
    if (path === '/posts/new') expect(form).toMatch(/name="writtenBy" value="[^"]+"/)
    for (const field of fields) expect(form).toContain(`name="${field}"`)
    expect(form).toContain('name="idempotencyKey" value="key-of-this-page"')
  })

  it('lead back only into the site', async () => {
    const evil = await draw('/sign-in?back=https%3A%2F%2Fevil.example')
    expect(evil.html).toMatch(/name="back" value="\/"/)
    const good = await draw('/sign-in?back=%2Fposts%2Fnew')
    expect(good.html).toMatch(/name="back" value="\/posts\/new"/)
  })

  it('keep the way to the page that needs an account, through making one', async () => {
    const { html } = await draw('/sign-up?back=%2Fposts%2Fnew')
    expect(html).toMatch(/name="back" value="\/posts\/new"/)
    expect(html).toContain('href="/sign-in?back=%2Fposts%2Fnew"')
    const evil = await draw('/sign-up?back=%2F%2Fevil.example')
    expect(evil.html).not.toContain('name="back" value="//')
  })

  it('tell who signed in with a browser that did not keep it, and keep their way', async () => {
    const { html } = await draw('/sign-in?unkept=1&back=%2Fposts%2Fnew')
    expect(html).toContain('Your browser did not keep the session.')
    expect(html).toMatch(/name="back" value="\/posts\/new"/)
    expect((await draw('/sign-in')).html).not.toContain('did not keep')
  })

  it('let whoever is signed in sign out, and ask guests to sign in before they write', async () => {
    const member = await draw('/', { visitor: 'marrow' })
    expect(member.html).toContain('name="_method" value="DELETE"')
    const guest = await draw('/posts/new')
    expect(guest.html).toContain('href="/sign-in?back=%2Fposts%2Fnew"')
    expect(guest.html).not.toContain('<textarea')
  })
})

describe('when a part is away', () => {
  const without = (part: string) => async (apiPath: string) =>
    apiPath.startsWith(part)
      ? Response.json(problem(503, 'unavailable'), { status: 503 })
      : fixtureApi(apiPath, { now })

  it('the talk goes on without prices', async () => {
    for (const path of ['/', '/posts', `/posts/${slug}`]) {
      const { html, status } = await draw(path, { api: without('/api/coins') })
      expect([path, status]).toEqual([path, 200])
      expect(html).toContain('Fee markets after the halving')
    }
  })

  it('prices go on without the talk', async () => {
    const { status, html } = await draw('/market/bitcoin', { api: without('/api/posts') })
    expect(status).toBe(200)
    expect(html).toContain('Bitcoin')
  })

  it('a page that can not do without says so', async () => {
    const { status, html } = await draw('/market', { api: without('/api/coins') })
    expect(status).toBe(503)
    expect(html).toContain('resting')
    expect(html).toContain('Try again')
  })

  it('even an API that throws gives a page', async () => {
    const { status } = await draw('/posts', { api: () => Promise.reject(new Error('no socket')) })
    expect(status).toBe(503)
  })
})

describe('while read models are behind what somebody has just done', () => {
  const behind = problem(503, 'read-model-behind', { detail: 'Ask again in a moment.' })
  const behindAt =
    (...parts: readonly string[]) =>
    async (apiPath: string) =>
      parts.some(part => apiPath.startsWith(part))
        ? Response.json(behind, { status: 503 })
        : fixtureApi(apiPath, { now, visitor: 'marrow' })

  it('a post that was just published is safely written, not missing, and loads again', async () => {
    const { html, status } = await draw('/posts/just-written', { api: behindAt('/api/posts/') })
    expect(status).toBe(503)
    expect(titleOf(html)).toBe('It is safely written and shows in a moment · Cryptotalks')
    expect(html).toContain('<meta http-equiv="refresh" content="2">')
    expect(html).not.toContain('Nothing is filed')
    expect(html).not.toContain('resting')
  })

  it('such a page says so once, and is nothing to tell us of', async () => {
    const said = { ...behind, instance: 'urn:correlation:one' }
    const api = async (apiPath: string) => {
      if (apiPath.startsWith('/api/posts/')) return Response.json(said, { status: 503 })
      const answer = await fixtureApi(apiPath, { now, visitor: 'marrow' })
      answer.headers.set('cryptotalks-behind', 'true')
      return answer
    }
    const { html } = await draw('/posts/just-written', { api })
    expect(html).not.toContain('What you have just written is safe')
    expect(html).not.toContain('If you tell us')
  })

  it.each(['/', '/posts', '/posts/new', '/market', '/users/marrow', '/sign-in', '/more'])(
    'somebody who has just signed in is nowhere taken for a guest: %s',
    async path => {
      const { html, status } = await draw(path, { api: behindAt('/api/me') })
      expect(status).toBe(503)
      expect(html).toContain('It is safely written and shows in a moment')
      expect(html).toContain('http-equiv="refresh"')
      expect(html).not.toMatch(/Sign in|Create account/)
    },
  )

  it('a form that was refused keeps what was typed, and does not load again', async () => {
    const { html } = await draw('/posts/new', {
      api: behindAt('/api/me'),
      refused: {
        values: { title: 'Kept', body: 'An hour of work', tags: '' },
        problem: problem(422, 'invalid-input'),
      },
    })
    expect(html).toContain('>An hour of work</textarea>')
    expect(html).not.toContain('http-equiv="refresh"')
  })

  it('a list says that it lacks what was just written, and prices never do', async () => {
    const api = (lagging: string) => async (apiPath: string) => {
      const answer = await fixtureApi(apiPath, { now, visitor: 'marrow' })
      if (apiPath.startsWith(lagging)) answer.headers.set('cryptotalks-behind', 'true')
      return answer
    }
    const said = 'What you have just written is safe'
    const posts = await draw('/', { api: api('/api/posts') })
    expect([posts.status, posts.html.includes(said)]).toEqual([200, true])
    expect(posts.html).not.toContain('http-equiv="refresh"')
    expect((await draw('/', { api: api('/api/coins') })).html).not.toContain(said)
  })
})

describe('while a read model is made anew', () => {
  const rebuilding = (part: string) => async (apiPath: string) =>
    apiPath.startsWith(part)
      ? Response.json(
          { ...problem(503, 'read-model-rebuilding'), projector: 'posts', progress: 0.625 },
          { status: 503 },
        )
      : fixtureApi(apiPath, { now })

  it.each(['/', '/posts', `/posts/${slug}`])(
    '%s says how far it is, and loads again',
    async path => {
      const { html, status } = await draw(path, { api: rebuilding('/api/posts') })
      expect(status).toBe(503)
      expect(html).toContain('62% is done')
      expect(html).toMatch(/<progress[^>]* value="0.625"/)
      expect(html).toContain('<meta http-equiv="refresh" content="5">')
    },
  )

  it('pages go on that need to know nobody, and who writes waits rather than signs in', async () => {
    const market = await draw('/market', { api: rebuilding('/api/me') })
    expect(market.status).toBe(200)
    expect(market.html).not.toContain('Sign in')
    expect((await draw('/posts/new', { api: rebuilding('/api/me') })).status).toBe(503)
  })
})

describe('a search that can not be looked for', () => {
  const refusing = (part: string) => async (apiPath: string) => {
    if (!apiPath.startsWith(part) || !/[?&]q=/.test(apiPath)) return fixtureApi(apiPath, { now })
    const message = 'The search text should have at least 2 characters; it has 1.'
    const errors = [{ field: 'q', code: 'too-short', message }]
    return Response.json(problem(400, 'invalid-query', { errors }), { status: 400 })
  }

  it.each([
    ['/posts?q=a', '/api/posts', 'Fee markets'],
    ['/market?q=b', '/api/coins', 'Bitcoin'],
  ])('%s shows the whole list, with the reason and what was typed', async (path, part, shown) => {
    const { html, status } = await draw(path, { api: refusing(part) })
    expect(status).toBe(200)
    expect(html).toContain('at least 2 characters')
    expect(html).toContain(shown)
    expect(html).toMatch(/name="q"[^>]*value="[ab]"/)
  })

  it('any other query that is wrong says what is wrong with it', async () => {
    const errors = [{ field: 'tag', code: 'bad-format', message: 'The tag is not well formed.' }]
    const { html, status } = await draw('/posts?tag=NOPE', {
      api: async apiPath =>
        apiPath.startsWith('/api/posts')
          ? Response.json(problem(400, 'invalid-query', { errors }), { status: 400 })
          : fixtureApi(apiPath, { now }),
    })
    expect(status).toBe(400)
    expect(html).toContain('The tag is not well formed.')
  })
})

describe('colours', () => {
  it('are the visitor’s, and the system’s only when asked for', async () => {
    expect((await draw('/more', { theme: 'light' })).html).toContain('data-theme="light"')
    expect((await draw('/more', { theme: 'system' })).html).not.toContain('data-theme=')
  })
})

describe('the built files', () => {
  const kilobyte = 1000
  const filesOf = (html: string, end: string) =>
    [
      ...new Set(
        [...html.matchAll(/(?:href|src)="\/(assets\/[^"]+)"/g)].map(match => match[1] ?? ''),
      ),
    ].filter(file => file.endsWith(end))
  const compressed = async (files: readonly string[]) => {
    const sizes = files.map(file => stat(join(site.dist, 'client', `${file}.br`)))
    return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0)
  }

  it.each(paths)('of %s stay within the budget', async path => {
    const { html } = await draw(path, { visitor: 'marrow' })
    expect(await compressed(filesOf(html, '.js'))).toBeLessThan(30 * kilobyte)
    expect(await compressed(filesOf(html, '.css'))).toBeLessThan(12 * kilobyte)
  })

  it('lie compressed beside themselves, byte for byte the same', async () => {
    const folder = join(site.dist, 'client', 'assets')
    const names = (await readdir(folder)).filter(name => /\.(js|css)$/.test(name))
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) {
      const content = await readFile(join(folder, name))
      expect(brotliDecompressSync(await readFile(join(folder, `${name}.br`)))).toEqual(content)
      expect(gunzipSync(await readFile(join(folder, `${name}.gz`)))).toEqual(content)
    }
  })
})
