// Pages that only have to wait: they load again by themselves, with scripts and without, until they can be shown.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { desktop, openWatched, startBrowser } from './testing/browser.ts'
import {
  fixtureApi,
  type InventedApi,
  type InventedSite,
  startInventedSite,
} from './testing/invented-site.ts'

let behind = ''
const laggingApi: InventedApi = async (path, options) => {
  if (behind === '' || !path.startsWith(behind)) return fixtureApi(path, options)
  const problem = { title: 'Behind', status: 503, code: 'read-model-behind' }
  return Response.json(problem, { status: 503 })
}

let site: InventedSite
let browser: Browser
beforeAll(async () => {
  site = await startInventedSite(laggingApi)
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await site?.end()
})
beforeEach(() => {
  behind = ''
})

const post = '/posts/fee-markets-after-the-halving-what-4-032-blocks-actually-say'

it.each([true, false])('a post that does not show yet, with scripts %s', async scripts => {
  const { page, context } = await openWatched(browser, {
    url: site.url,
    viewport: desktop,
    scripts,
  })
  behind = '/api/posts/'
  await page.goto(post)
  expect(await page.locator('h1').textContent()).toBe('It is safely written and shows in a moment')
  behind = ''
  await page.locator('h1', { hasText: 'Fee markets after the halving' }).waitFor()
  await context.close()
})

it('a post that was opened in place', async () => {
  const { page, context } = await openWatched(browser, { url: site.url, viewport: desktop })
  await page.goto('/posts')
  await page.waitForLoadState('networkidle')
  behind = '/api/posts/'
  await page.locator(`a[href="${post}"]`).click()
  await page.locator('h1', { hasText: 'It is safely written' }).waitFor()
  behind = ''
  await page.locator('h1', { hasText: 'Fee markets after the halving' }).waitFor()
  await context.close()
})

it.each([true, false])('a visitor who has just signed in, with scripts %s', async scripts => {
  const { page, context } = await openWatched(browser, {
    url: site.url,
    viewport: desktop,
    scripts,
  })
  await context.addCookies([{ name: 'visitor', value: 'marrow', url: site.url }])
  behind = '/api/me'
  await page.goto('/posts/new')
  await page.locator('h1', { hasText: 'It is safely written' }).waitFor()
  expect(await page.locator('body').textContent()).not.toContain('Sign in')
  behind = ''
  await page.locator('#title').waitFor()
  await context.close()
})
