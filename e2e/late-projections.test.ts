// Whoever publishes while projections are held up hears that it is safely written, until it shows by itself.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { desktop, openWatched, startBrowser } from './testing/browser.ts'
import { publish, signIn, signUp } from './testing/journey.ts'
import { someAccount } from './testing/person.ts'
import { startWorld, type World } from './testing/world.ts'

let world: World
let browser: Browser
beforeAll(async () => {
  world = await startWorld()
  browser = await startBrowser()
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await world?.end()
}, 60_000)

/** Signals the process that projects; one that was stopped for very long is being started anew, and needs none. */
function signal(name: 'SIGSTOP' | 'SIGCONT'): void {
  const { pid } = world.process('projections')
  if (pid !== undefined) process.kill(pid, name)
}

it('a post of somebody who waits for it is neither missing nor written twice', async () => {
  const { page, context } = await openWatched(browser, { url: world.url, viewport: desktop })
  const account = someAccount('patient')
  await signUp(page, account)
  await signIn(page, account)
  await publish(page, { title: 'Before', body: 'As usual.', tags: '' })
  await page.goBack()
  await page.waitForURL('**/posts/new')
  await page.waitForLoadState('networkidle')
  expect(await page.locator('#body').inputValue()).toBe('')

  signal('SIGSTOP')
  try {
    await page.locator('#title').fill('While they rest')
    await page.locator('#body').fill('Written all the same.')
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.waitForURL('**/posts/while-they-rest')
    const heading = page.locator('h1', { hasText: 'It is safely written and shows in a moment' })
    await heading.waitFor()
    expect(await page.locator('body').textContent()).not.toContain('Nothing is filed')
    const other = await context.newPage()
    await other.goto('/')
    await other.getByText('What you have just written is safe').waitFor()
    expect(await other.locator('body').textContent()).not.toContain('Sign in')
  } finally {
    signal('SIGCONT')
  }
  await page.locator('h1', { hasText: 'While they rest' }).waitFor()
  await page.goto('/posts')
  expect(await page.locator('main h2', { hasText: 'While they rest' }).count()).toBe(1)
  await context.close()
}, 90_000)
