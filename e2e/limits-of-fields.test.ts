// What does not fit is told and refused; nothing that was typed or pasted is ever cut.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { desktop, openWatched, startBrowser } from './testing/browser.ts'
import { type InventedSite, startInventedSite } from './testing/invented-site.ts'

let site: InventedSite
let browser: Browser
beforeAll(async () => {
  site = await startInventedSite()
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await site?.end()
})

let context: BrowserContext
let page: Page
beforeEach(async () => {
  ;({ page, context } = await openWatched(browser, { url: site.url, viewport: desktop }))
})
afterEach(() => context.close())

/** Pastes, as a person does: `fill` would not heed a limit that cuts. */
async function paste(selector: string, text: string): Promise<void> {
  await page.locator(selector).focus()
  await page.keyboard.insertText(text)
}

const posts = () => {
  const sent: string[] = []
  page.on('request', request => {
    if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
  })
  return sent
}

describe('in the editor', () => {
  beforeEach(async () => {
    await context.addCookies([{ name: 'visitor', value: 'marrow', url: site.url }])
    await page.goto('/posts/new')
    await page.locator('form[autocomplete=off]').waitFor()
  })

  it('a text that is too long stays whole, is counted, and is not sent', async () => {
    const sent = posts()
    const long = `${'word '.repeat(9_000)}and end`
    await paste('#title', 'A title')
    await paste('#body', long)
    expect(await page.locator('#body').inputValue()).toBe(long)
    const message = 'The text should have at most 40,000 characters; it has 45,007.'
    expect(await page.locator('label[for=body]').textContent()).toContain('45,007 of 40,000')
    expect(await page.locator('#body-hint').textContent()).toBe(message)
    expect(await page.locator('#body').getAttribute('aria-invalid')).toBe('true')
    await page.locator('.paper', { hasText: 'No preview of this text' }).waitFor()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator('[role=alert]', { hasText: message }).waitFor()
    expect(await page.locator('[role=alert] a').getAttribute('href')).toBe('#body')
    expect(sent).toEqual([])
    await page.reload()
    await expect.poll(() => page.locator('#body').inputValue()).toBe(long)
  })

  it('a title and tags that are too long stay whole too', async () => {
    await paste('#title', 't'.repeat(300))
    await paste('#tags', 'tag, '.repeat(60))
    await paste('#body', 'text')
    expect((await page.locator('#title').inputValue()).length).toBe(300)
    expect((await page.locator('#tags').inputValue()).length).toBe(300)
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator('[role=alert]', { hasText: 'it has 300.' }).waitFor()
  })

  it('previews are asked for no more than once a second, however one types', async () => {
    const sent = posts()
    const since = Date.now()
    for (const letter of 'tentimes..') {
      await page.locator('#body').press(letter)
      await page.waitForTimeout(450)
    }
    await page.locator('.paper .prose', { hasText: '10 characters' }).waitFor()
    expect(sent.length).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - since) / 1_000))
  })

  it('the preview says why there is none', async () => {
    const refusals = [
      { status: 401, json: { title: 'No', status: 401, code: 'not-signed-in' } },
      { status: 503, json: { title: 'No', status: 503, code: 'unavailable' } },
      {
        status: 422,
        json: {
          title: 'Too intricate',
          status: 422,
          code: 'text-too-intricate',
          detail: 'Simplify.',
        },
      },
      { status: 429, json: { title: 'Wait a little', status: 429, code: 'too-many-requests' } },
    ]
    const words = ['not signed in', 'no answer came', 'Simplify.', 'Wait a little']
    for (const [index, refusal] of refusals.entries()) {
      await page.unroute('**/api/previews')
      await page.route('**/api/previews', route => route.fulfill(refusal))
      await page.locator('#body').fill(`text ${index}`)
      await page.locator('.paper [role=status]', { hasText: words[index] ?? '' }).waitFor()
    }
    await page.unroute('**/api/previews')
    await page.locator('#body').fill('well again')
    await page.locator('.paper .prose', { hasText: '10 characters' }).waitFor()
    expect(await page.locator('.paper [role=status]').textContent()).toBe('')
    await page.locator('#body').fill('')
    await page.locator('.paper', { hasText: 'appears here as you write' }).waitFor()
  })
})

describe('elsewhere', () => {
  it('a pasted password or user name that is too long makes no account', async () => {
    await page.goto('/sign-up')
    await page.waitForLoadState('networkidle')
    const sent = posts()
    await paste('#email', 'someone@example.org')
    await paste('#username', 'a'.repeat(34))
    await paste('#password', 'p'.repeat(144))
    await page.locator('#acceptTerms').check()
    expect((await page.locator('#username').inputValue()).length).toBe(34)
    expect((await page.locator('#password').inputValue()).length).toBe(144)
    await page.locator('main button[type=submit]').click()
    await page.locator('[role=alert]').waitFor()
    expect(await page.locator('[role=alert] li').allTextContents()).toEqual([
      'The user name should have at most 24 characters; it has 34.',
      'The password should have at most 128 characters; it has 144.',
    ])
    expect(sent).toEqual([])
  })

  it.each(['/', '/posts', '/posts/new', '/market', '/sign-in', '/sign-up'])(
    'no field of %s cuts what is put into it',
    async path => {
      await context.addCookies([{ name: 'visitor', value: 'marrow', url: site.url }])
      await page.goto(path)
      expect(await page.locator('[maxlength]').count()).toBe(0)
    },
  )
})
