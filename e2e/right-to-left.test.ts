// Arabic and Hebrew on every page: each text runs in its own direction, beside labels that run in theirs.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { desktop, openWatched, startBrowser } from './testing/browser.ts'
import {
  fixtureApi,
  type InventedApi,
  type InventedSite,
  startInventedSite,
} from './testing/invented-site.ts'

const title = 'هل حان وقت شراء $BTC؟ نعم!'
const summary = 'سؤال قديم، وجواب في 3 أسطر: $ETH أولاً.'
const coinName = 'עברית Coin'

const arabicApi: InventedApi = async (path, options) => {
  const answer = await fixtureApi(path.replace(/q=[^&]*/, ''), options)
  const body = (await answer.json()) as { readonly items?: readonly object[] }
  const change = path.startsWith('/api/posts')
    ? { title, summary }
    : path.startsWith('/api/coins') && !path.includes('/history')
      ? { name: coinName }
      : {}
  const changed = body.items
    ? { ...body, items: body.items.map(item => ({ ...item, ...change })) }
    : { ...body, ...change }
  return Response.json(answer.ok ? changed : body, { status: answer.status })
}

let site: InventedSite
let browser: Browser
beforeAll(async () => {
  site = await startInventedSite(arabicApi)
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await site?.end()
})

/** Texts whose first letter that has a direction is Arabic or Hebrew, and which yet run from left to right. */
const WRONG = `(() => {
  const rightToLeft = /^[^A-Za-z]*?[\\u0590-\\u08ff]/
  const texts = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) texts.push([walker.currentNode.data, walker.currentNode.parentElement])
  for (const field of document.querySelectorAll('input, textarea')) texts.push([field.value, field])
  const own = texts.filter(([text, place]) => rightToLeft.test(text) && place.localName !== 'script')
  return {
    seen: own.length,
    wrong: own.filter(([, place]) => getComputedStyle(place).direction !== 'rtl')
      .map(([text, place]) => place.localName + '.' + place.className + ': ' + text),
  }
})()`

const asked = encodeURIComponent('نعم $BTC')

it.each([
  '/',
  '/posts',
  '/posts?sort=title',
  `/posts?q=${asked}`,
  `/posts?q=${asked}&tag=none`,
  '/posts/fee-markets-after-the-halving-what-4-032-blocks-actually-say',
  '/users/marrow',
  '/market',
  `/market?q=${asked}`,
  '/market/bitcoin',
  '/market/bitcoin?view=table',
])('on %s', async path => {
  const { page, context } = await openWatched(browser, { url: site.url, viewport: desktop })
  await page.goto(path)
  const { seen, wrong } = await page.evaluate<{ seen: number; wrong: string[] }>(WRONG)
  expect(wrong).toEqual([])
  expect(seen).toBeGreaterThan(0)
  await context.close()
})

it('in the fields and the preview of the editor', async () => {
  const { page, context } = await openWatched(browser, { url: site.url, viewport: desktop })
  await context.addCookies([{ name: 'visitor', value: 'marrow', url: site.url }])
  await page.goto('/posts/new')
  await page.locator('#title').fill(title)
  await page.locator('#body').fill(summary)
  await page.locator('.ptitle', { hasText: title }).waitFor()
  expect(await page.evaluate(WRONG)).toEqual({ seen: 3, wrong: [] })
  await context.close()
})
