// Links that people write into posts: pages open in place, everything else is the browser's, and nothing is ever blank.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { desktop, openWatched, startBrowser } from './testing/browser.ts'
import {
  fixtureApi,
  type InventedApi,
  type InventedSite,
  startInventedSite,
} from './testing/invented-site.ts'
import { until } from './testing/until.ts'

const links = [
  '/market',
  '/market/bitcoin',
  '/Market',
  '/USERS/marrow',
  '/Posts/new',
  '/posts//x',
  '/posts/',
  '/robots.txt',
  '/favicon.svg',
  '/api/openapi.json',
  '/health/live',
]
const html = links.map(link => `<p><a href="${link}">to ${link}</a></p>`).join('')

const linkingApi: InventedApi = async (path, options) => {
  const answer = await fixtureApi(path, options)
  if (!path.startsWith('/api/posts/')) return answer
  return Response.json({ ...((await answer.json()) as object), html })
}

let site: InventedSite
let browser: Browser
beforeAll(async () => {
  site = await startInventedSite(linkingApi)
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await site?.end()
})

const post = '/posts/fee-markets-after-the-halving-what-4-032-blocks-actually-say'

/** What the visitor sees at the end: the heading, or the text of what is no page. */
const SEEN = `(document.querySelector('main h1') ?? document.body ?? document.documentElement).textContent.trim().slice(0, 60)`

describe.each(links)('a link to %s', link => {
  it('shows what its address shows', async () => {
    const options = { url: site.url, viewport: desktop }
    const { page, context } = await openWatched(browser, options)
    await page.goto(link)
    const atItsAddress = await page.evaluate<string>(SEEN)
    const gone: string[] = []
    page.on('request', request => {
      if (request.isNavigationRequest()) gone.push(new URL(request.url()).pathname)
    })
    await page.goto(post)
    await page.locator(`.prose a[href="${link}"]`).click()
    await page.waitForURL(({ pathname }) => pathname === link)
    await page.waitForFunction(`${SEEN} === ${JSON.stringify(atItsAddress)}`)
    expect(atItsAddress).not.toBe('')
    // The pages of the site open without leaving it.
    const inPlace = ['/market', '/market/bitcoin', '/posts/'].includes(link)
    expect(gone.slice(1)).toEqual(inPlace ? [] : [link])
    await context.close()
  })
})

it.each(['//', '//evil.example/posts', '/posts//x', '//['])(
  '%s is a page that says that nothing is there',
  async path => {
    const { page, context, mishaps } = await openWatched(browser, {
      url: site.url,
      viewport: desktop,
    })
    await page.goto(site.url + path)
    await page.waitForLoadState('networkidle')
    expect(await page.locator('h1').allTextContents()).toEqual([
      'Nothing is filed under this address',
    ])
    expect(mishaps.filter(mishap => !mishap.includes('404'))).toEqual([])
    await context.close()
  },
)

it('the keys of the site go where links go, and never out of a field', async () => {
  const { page, context } = await openWatched(browser, { url: site.url, viewport: desktop })
  await page.goto('/posts')
  // Their script comes when the browser has nothing else to do.
  await until('the keys are heard', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    return new URL(page.url()).pathname === '/market' ? true : undefined
  })
  await page.locator('h1', { hasText: 'Market' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('gt w')
  expect(await page.locator('input[type=search]:focus').inputValue()).toBe('gt w')
  expect(new URL(page.url()).pathname).toBe('/market')
  await context.close()
})
