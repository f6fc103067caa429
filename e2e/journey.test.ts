// The goal of the whole, in a real browser: join, sign in, write, see it in the very next page, beside rates that move.
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { desktop, openWatched, phone, startBrowser, type Watched } from './testing/browser.ts'
import { listedTitles, publish, shownPrices, signIn, signUp } from './testing/journey.ts'
import { expectStatus, someAccount, visit } from './testing/person.ts'
import { until } from './testing/until.ts'
import { startWorld, type World } from './testing/world.ts'

// Written as most people write: the first heading is of the second level.
const article = 'I hold some $BTC.\n\n## Why\n\n- it is **hard**\n- and <b>not</b> HTML'

let world: World
let browser: Browser
let cookies: Awaited<ReturnType<BrowserContext['cookies']>>
let postPath: string

beforeAll(async () => {
  world = await startWorld({ seed: true, env: { RATES_POLL_SECONDS: '1' } })
  browser = await startBrowser()
  // Somebody who has written, for the tests that look at pages of such a person.
  const { page, context } = await openWatched(browser, { url: world.url, viewport: desktop })
  const resident = someAccount('resident')
  await signUp(page, resident)
  await signIn(page, resident)
  await publish(page, { title: 'What a resident wrote', body: article, tags: 'testing' })
  postPath = new URL(page.url()).pathname
  cookies = await context.cookies()
  await context.close()
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await world?.end()
}, 60_000)

const newestSample = async () => {
  const { body } = expectStatus(200, await visit(world.url).get('/api/coins?limit=1'))
  return (body as { market: { sampledAt: string } | null }).market?.sampledAt ?? ''
}

/** Resolves when the market has moved on since now. */
async function marketMovesOn(): Promise<void> {
  const before = await newestSample()
  await until('a newer sample', async () => ((await newestSample()) > before ? true : undefined))
}

describe.each([
  { device: 'phone', viewport: phone, scripts: true },
  { device: 'phone', viewport: phone, scripts: false },
  { device: 'desktop', viewport: desktop, scripts: true },
  { device: 'desktop', viewport: desktop, scripts: false },
])('on a $device with scripts $scripts', ({ device, viewport, scripts }) => {
  it('a newcomer joins, signs in, writes, and finds the post in the very next page', async () => {
    const { page, context, mishaps } = await openWatched(browser, {
      url: world.url,
      viewport,
      scripts,
    })
    const account = someAccount(`${device}.${scripts ? 'lively' : 'plain'}`)
    const title = `First words from a ${device} ${scripts ? 'with' : 'without'} scripts`

    await signUp(page, account)
    await signIn(page, account)
    await publish(page, { title, body: article, tags: 'first-words, testing' })

    expect(await page.locator('h1').textContent()).toContain(title)
    expect(await page.locator('main .prose a[href="/market/$btc"]').count()).toBe(1)
    expect(await page.locator('main .prose strong').textContent()).toBe('hard')

    await page.goto('/posts')
    expect((await listedTitles(page))[0]).toBe(title)
    await page.goto('/')
    expect(await listedTitles(page)).toContain(title)
    await page.goto('/posts?tag=first-words')
    expect(await listedTitles(page)).toContain(title)

    expect(mishaps).toEqual([])
    await context.close()
  }, 60_000)

  it('the market is shown as simulated, with prices that have moved when one looks again', async () => {
    const { page, context, mishaps } = await openWatched(browser, {
      url: world.url,
      viewport,
      scripts,
    })
    await page.goto('/market')
    expect(await page.locator('main').textContent()).toMatch(/simulated/i)
    const before = await shownPrices(page)
    await marketMovesOn()
    await page.reload()
    expect(await shownPrices(page)).not.toEqual(before)
    await page.locator('main table a[href="/market/bitcoin"]').click()
    await page.waitForURL('**/market/bitcoin')
    expect(await page.locator('h1').textContent()).toContain('Bitcoin')
    expect(await page.locator('main svg').count()).toBeGreaterThan(0)
    expect(mishaps).toEqual([])
    await context.close()
  }, 60_000)

  it('nothing is wider than the screen', async () => {
    const { page, context } = await openWatched(browser, { url: world.url, viewport, cookies })
    for (const path of ['/', '/posts', postPath, '/posts/new', '/market', '/market/bitcoin']) {
      await page.goto(path)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect(width, path).toBeLessThanOrEqual(viewport.width)
    }
    await context.close()
  }, 60_000)
})

describe('with scripts', () => {
  it('prices move in place while one looks', async () => {
    const { page, context, mishaps } = await openWatched(browser, {
      url: world.url,
      viewport: desktop,
    })
    await page.goto('/market')
    const before = await shownPrices(page)
    await until('the table shows other prices', async () =>
      (await shownPrices(page)).join() === before.join() ? undefined : true,
    )
    expect(mishaps).toEqual([])
    await context.close()
  }, 90_000)
})

describe('before the scripts are there', () => {
  it('what is written stays when they come, and is published', async () => {
    const options = { url: world.url, viewport: desktop, cookies }
    const { page, context, mishaps } = await openWatched(browser, options)
    let letIn = () => {}
    const awaited = new Promise<void>(resolve => {
      letIn = resolve
    })
    await page.route('**/assets/*.js', async route => {
      await awaited
      await route.continue()
    })
    await page.goto('/posts/new', { waitUntil: 'commit' })
    await page.locator('#title').fill('Quicker than its script')
    await page.locator('#body').fill('Written before anything ran.')
    await page.locator('#tags').fill('testing')
    letIn()
    await page.locator('main .folio', { hasText: 'Draft kept' }).waitFor()
    expect(await page.locator('#title').inputValue()).toBe('Quicker than its script')
    expect(await page.locator('#body').inputValue()).toBe('Written before anything ran.')
    expect(await page.locator('#tags').inputValue()).toBe('testing')
    await page.locator('main form button[type=submit]').click()
    await page.waitForURL('**/posts/quicker-than-its-script')
    expect(mishaps).toEqual([])
    await context.close()
  }, 60_000)
})

describe('what is refused', () => {
  it.each([true, false])(
    'is said beside the form with scripts %s, with what was typed',
    async scripts => {
      const { page, context } = await openWatched(browser, {
        url: world.url,
        viewport: desktop,
        scripts,
      })
      await page.goto('/sign-up')
      await page.locator('#email').fill('someone@example.org')
      await page.locator('#username').fill('admin')
      await page.locator('#password').fill('a good long secret')
      await page.locator('#acceptTerms').check()
      await page.locator('main button[type=submit]').click()
      await page.locator('[role=alert]').waitFor()
      expect(await page.title()).toMatch(/^Error:/)
      expect(await page.locator('#email').inputValue()).toBe('someone@example.org')
      expect(await page.locator('#username').getAttribute('aria-invalid')).toBe('true')
      if (!scripts) expect(await page.locator('#password').inputValue()).toBe('')
      await context.close()
    },
    60_000,
  )
})

/** A theme as a cookie sets it (without one, a page is dark whatever the system says), a width, and what is looked for. */
interface View {
  readonly theme: 'light' | 'dark'
  readonly width: 320 | 768 | 1280
  readonly rules?: readonly string[]
}

const everyView: readonly View[] = (['light', 'dark'] as const).flatMap(theme =>
  ([320, 768, 1280] as const).map(width => ({ theme, width })),
)
/** Layout hangs on the width alone, and contrast on the theme and on which of two navigations is shown. */
const fewViews: readonly View[] = [
  { theme: 'light', width: 320 },
  { theme: 'dark', width: 768 },
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 320, rules: ['color-contrast'] },
]
const views = process.env.TEST_SIZE === 'long' ? everyView : fewViews

/** The contrast of a text on a gradient is none that axe could tell, and here gradients are only hairlines and washes. */
const WITHOUT_GRADIENTS = `
  const sheet = new CSSStyleSheet()
  sheet.replaceSync('*, ::before, ::after { background-image: none !important }')
  document.adoptedStyleSheets.push(sheet)
`

describe('axe', () => {
  let guest: Watched
  let signedIn: Watched
  beforeAll(async () => {
    const options = { url: world.url, viewport: desktop }
    guest = await openWatched(browser, options)
    signedIn = await openWatched(browser, { ...options, cookies })
  })
  afterAll(() => Promise.all([guest?.context.close(), signedIn?.context.close()]))

  /** What it finds on the page as it is shown now. */
  async function faultsOf({ page }: Watched, { rules }: View): Promise<string[]> {
    // To tell of what is right, too, would take it half as long again.
    const axe = new AxeBuilder({ page }).options({
      resultTypes: ['violations'],
      ...(rules && { runOnly: [...rules] }),
    })
    const { violations } = await axe.setLegacyMode().analyze()
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    )
  }

  async function expectNoFaults(visitor: Watched, path: string): Promise<void> {
    await visitor.page.goto(path)
    const faults: string[] = []
    await visitor.page.evaluate(WITHOUT_GRADIENTS)
    for (const view of views) {
      const { theme, width } = view
      await visitor.page.evaluate(`document.documentElement.dataset.theme = '${theme}'`)
      await visitor.page.setViewportSize({ width, height: 900 })
      const found = await faultsOf(visitor, view)
      faults.push(...found.map(fault => `${theme} at ${width} px: ${fault}`))
    }
    expect(faults).toEqual([])
  }

  it.each([
    '/',
    '/posts',
    '/sign-up',
    '/sign-in',
    '/market',
    '/market/bitcoin',
    '/docs',
    '/nowhere',
  ])('finds nothing on %s', path => expectNoFaults(guest, path), 120_000)

  it('finds nothing on a post', () => expectNoFaults(guest, postPath), 120_000)

  it.each(['/', '/posts/new'])(
    'finds nothing on %s of somebody signed in',
    path => expectNoFaults(signedIn, path),
    120_000,
  )
})
