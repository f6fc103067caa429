// Words without a place to break, wherever people can put one: no page ever scrolls sideways for them.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWatched, startBrowser, type Watched } from './testing/browser.ts'
import { type InventedSite, startInventedSite } from './testing/invented-site.ts'
import { long, longApi, longName, longTag } from './testing/long-content.ts'

let site: InventedSite
let browser: Browser
beforeAll(async () => {
  site = await startInventedSite(longApi)
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await site?.end()
})

const paths = [
  '/',
  '/posts',
  '/posts?sort=title',
  `/posts?q=${long('y', 100)}`,
  `/posts?author=${long('z', 64)}`,
  `/posts?tag=${longTag}&q=${long('y', 100)}`,
  '/posts/fee-markets-after-the-halving-what-4-032-blocks-actually-say',
  `/users/${longName}`,
  '/market',
  `/market?q=${long('y', 50)}&col=cap`,
  '/market/bitcoin',
  '/market/bitcoin?range=7d&view=table',
  '/posts/new',
  '/sign-in',
  '/sign-up',
  '/docs',
  '/more',
  `/${long('x', 200)}`,
]
const widths = [320, 390, 768, 1280]

/** How far the page is wider than the screen, and by whose fault. */
const EXCESS = `(() => {
  const excess = document.documentElement.scrollWidth - innerWidth
  if (excess <= 0) return ''
  const wide = [...document.querySelectorAll('body *')].filter(part => part.getBoundingClientRect().right > innerWidth + 1)
  const names = wide.slice(0, 6).map(part => part.localName + '.' + (part.getAttribute('class') ?? ''))
  return excess + ' px: ' + names.join(', ')
})()`

async function excesses({ page }: Watched): Promise<string[]> {
  const found: string[] = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    const excess = await page.evaluate<string>(EXCESS)
    if (excess !== '') found.push(`${width}: ${excess}`)
  }
  return found
}

describe.each([
  { who: 'a guest', visitor: '' },
  { who: 'somebody with the longest name', visitor: longName },
])('for $who', ({ visitor }) => {
  let watched: Watched
  beforeAll(async () => {
    watched = await openWatched(browser, { url: site.url, viewport: { width: 320, height: 800 } })
    if (visitor)
      await watched.context.addCookies([{ name: 'visitor', value: visitor, url: site.url }])
  })
  afterAll(() => watched?.context.close())

  it.each(paths)('%s is as wide as the screen', async path => {
    await watched.page.goto(path)
    expect(await excesses(watched)).toEqual([])
  })
})

it('what is written in long words leaves the editor as wide as the screen', async () => {
  const watched = await openWatched(browser, {
    url: site.url,
    viewport: { width: 320, height: 800 },
  })
  await watched.context.addCookies([{ name: 'visitor', value: longName, url: site.url }])
  await watched.page.goto('/posts/new')
  await watched.page.locator('#title').fill(long('W', 400))
  await watched.page.locator('#body').fill(long('W', 4_000))
  await watched.page.locator('#tags').fill(long('w', 200))
  expect(await excesses(watched)).toEqual([])
  await watched.context.close()
})

it('what was refused, in long words, leaves the form as wide as the screen', async () => {
  const watched = await openWatched(browser, {
    url: site.url,
    viewport: { width: 320, height: 800 },
    scripts: false,
  })
  const { page } = watched
  await page.goto('/sign-up')
  await page.locator('#email').fill('someone@example.org')
  await page.locator('#username').fill(longName)
  await page.locator('#password').fill('a good long secret')
  await page.locator('#acceptTerms').check()
  await page.locator('main button[type=submit]').click()
  await page.locator('[role=alert]').waitFor()
  expect(await excesses(watched)).toEqual([])
  await watched.context.close()
})
