// Visitors whose own clock is wrong: no price is from the future, and none is "0 s" old for ever.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { desktop, openWatched, startBrowser } from './testing/browser.ts'
import {
  fixtureApi,
  type InventedApi,
  type InventedSite,
  startInventedSite,
} from './testing/invented-site.ts'

let aheadMilliseconds = 0
/** Prices as a feed samples them whose clock is ahead. */
const aheadApi: InventedApi = (path, { now, ...rest }) =>
  fixtureApi(path, { ...rest, now: new Date(now.getTime() + aheadMilliseconds) })

let site: InventedSite
let browser: Browser
beforeAll(async () => {
  site = await startInventedSite(aheadApi)
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await site?.end()
})

it('a browser that is an hour behind sees prices as old as they are', async () => {
  const { page, context } = await openWatched(browser, { url: site.url, viewport: desktop })
  await page.clock.install({ time: Date.now() - 3_600_000 })
  await page.goto('/market')
  await page.waitForLoadState('networkidle')
  await page.clock.runFor(11_000)
  expect(await page.locator('main .fresh').first().textContent()).toMatch(
    /^Simulated, [1-9]\d* s ago$/,
  )
  await context.close()
})

it('prices of two days ahead have no age, and count as old', async () => {
  aheadMilliseconds = 2 * 24 * 3_600_000
  const { page, context } = await openWatched(browser, { url: site.url, viewport: desktop })
  await page.goto('/market')
  const text = await page.locator('body').textContent()
  expect(text).toContain('Age unknown')
  expect(text).not.toMatch(/\b0 s ago|just now/)
  expect(await page.locator('table.mkt.old').count()).toBe(1)
  await context.close()
})
