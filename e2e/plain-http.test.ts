// Forms in a browser that reaches the site over plain http by another name, which is where it drops the session's cookie.
import { freePort } from '@cryptotalks/platform/processes/free-port'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser } from './testing/browser.ts'
import { startWorld, type World } from './testing/world.ts'

const password = 'a quiet long night'

let url: string
let world: World
let browser: Browser
beforeAll(async () => {
  const port = await freePort()
  url = `http://forum.lan:${port}`
  world = await startWorld({ port, env: { PUBLIC_URL: url } })
  browser = await startBrowser('MAP forum.lan 127.0.0.1')
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await world?.end()
}, 60_000)

async function signUp(page: Page, username: string): Promise<void> {
  await page.goto('/sign-up?back=%2Fposts%2Fnew')
  await page.locator('#email').fill(`${username}@example.org`)
  await page.locator('#username').fill(username)
  await page.locator('#password').fill(password)
  await page.locator('#acceptTerms').check()
  await page.locator('main button[type=submit]').click()
}

describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('%s', (name, javaScriptEnabled) => {
  const username = `plain.${name.split(' ')[0]}`

  it('whoever signs in and is not kept is told so, and keeps their way', async () => {
    const context = await browser.newContext({ baseURL: url, javaScriptEnabled })
    const page = await context.newPage()
    await signUp(page, username)
    await page.waitForURL(/\/sign-in\?joined=1&back=%2Fposts%2Fnew$/)
    await page.locator('#login').fill(username)
    await page.locator('#password').fill(password)
    await page.locator('main button[type=submit]').click()
    await page.waitForURL(/\/sign-in\?unkept=1&back=%2Fposts%2Fnew$/)
    expect(await page.locator('main [role=alert]').innerText()).toContain(
      'Your browser did not keep the session',
    )
    await context.close()
  })
})

it('the address that a refused form leaves leads to the form', async () => {
  const context = await browser.newContext({ baseURL: url, javaScriptEnabled: false })
  const page = await context.newPage()
  await signUp(page, 'admin')
  await page.waitForURL(/\/api\/users$/)
  expect(await page.locator('#email').inputValue()).toBe('admin@example.org')
  for (const [address, form] of [
    [page.url(), '/sign-up'],
    ['/api/posts', '/posts/new'],
    ['/theme', '/'],
  ] as const) {
    const answer = await page.goto(address)
    expect([answer?.status(), new URL(page.url()).pathname]).toEqual([200, form])
  }
  await context.close()
})
