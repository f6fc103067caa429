// The preview beside the editor, in a browser: it says why a text can't be shown.
import type { Browser, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { desktop, openWatched, startBrowser } from './testing/browser.ts'
import { fixtureApi, type InventedSite, startInventedSite } from './testing/invented-site.ts'

let site: InventedSite
let browser: Browser
beforeAll(async () => {
  site = await startInventedSite(fixtureApi)
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await site?.end()
})

const why = 'It has too many marks within marks.'
const tooIntricate = {
  title: 'This text is too intricate',
  status: 422,
  code: 'text-too-intricate',
  errors: [{ field: 'body', code: 'text-too-intricate', message: why }],
}

it('says why a text can’t be shown, keeps the last that could, and goes on with the next', async () => {
  const { page, context } = await openWatched(browser, { url: site.url, viewport: desktop })
  await context.addCookies([{ name: 'visitor', value: 'marrow', url: site.url }])
  await page.route('**/api/previews', async (route: Route) => {
    const { body } = route.request().postDataJSON() as { body: string }
    if (body.includes('[[')) await route.fulfill({ status: 422, json: tooIntricate })
    else await route.fulfill({ json: { html: `<p>${body}</p>` } })
  })
  await page.goto('/posts/new')
  const paper = page.locator('.paper')
  await page.locator('#body').fill('calm')
  await paper.locator('.prose', { hasText: 'calm' }).waitFor()
  await page.locator('#body').fill('[[[[')
  await paper.locator('[role=status]', { hasText: why }).waitFor()
  expect(await paper.locator('.prose').textContent()).toBe('calm')
  await page.locator('#body').fill('calm again')
  await paper.locator('.prose', { hasText: 'calm again' }).waitFor()
  expect(await paper.locator('[role=status]').textContent()).toBe('')
  await context.close()
})
