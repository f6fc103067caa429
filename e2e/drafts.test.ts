// What somebody writes is never lost and never mixed up: by Back, by other tabs, by a crash, by who comes next; and it
// is gone once it is published.
import type { Browser, BrowserContext, Page, Route } from 'playwright-core'
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
const signInAs = (visitor: string) =>
  context.addCookies([{ name: 'visitor', value: visitor, url: site.url }])
beforeEach(async () => {
  ;({ page, context } = await openWatched(browser, { url: site.url, viewport: desktop }))
  await signInAs('marrow')
})
afterEach(() => context.close())

const text = {
  title: 'Unfinished',
  body: 'half a thought\n\nand its end',
  tags: 'fees, how-to',
}
const nothing = { title: '', body: '', tags: '' }

/** Waits until its script runs. */
async function openEditor(on: Page = page): Promise<Page> {
  await on.goto('/posts/new')
  await on.locator('form[autocomplete=off] #title').waitFor()
  return on
}

async function write(written: typeof text, on: Page = page): Promise<void> {
  await on.locator('#title').fill(written.title)
  await on.locator('#body').fill(written.body)
  await on.locator('#tags').fill(written.tags)
  await expect.poll(() => kept(on)).toContainEqual(written)
}

const shown = async (on: Page = page) => ({
  title: await on.locator('#title').inputValue(),
  body: await on.locator('#body').inputValue(),
  tags: await on.locator('#tags').inputValue(),
})

/** All drafts that the browser keeps. */
async function kept(on: Page = page): Promise<(typeof text)[]> {
  const values = await on.evaluate<string[]>('Object.values(localStorage)')
  return values.map(value => {
    const { title, body, tags } = JSON.parse(value) as typeof text
    return { title, body, tags }
  })
}

const expectShown = (wanted: typeof text, on: Page = page) =>
  expect.poll(() => shown(on)).toEqual(wanted)

/** Resolves once each open editor has its draft, its own or a new one: what has not come back by then never will. */
async function settled(on: Page = page): Promise<void> {
  const editors = context.pages().filter(open => open.url().endsWith('/posts/new')).length
  const held = () => on.evaluate<number>('navigator.locks.query().then(({ held }) => held.length)')
  await expect.poll(held, { timeout: 10_000 }).toBe(editors)
}

const slug = 'fee-markets-after-the-halving-what-4-032-blocks-actually-say'
const published = (route: Route) =>
  route.fulfill({ status: 201, json: { id: 'post-1', slug, revision: 0 } })

async function publish(on: Page = page): Promise<void> {
  await on.route('**/api/posts', published)
  await on.getByRole('button', { name: 'Publish' }).click()
  await on.waitForURL(`**/posts/${slug}`)
}

describe('a draft comes back whole', () => {
  it('by Back, after a search', async () => {
    await openEditor()
    await write(text)
    await page.locator('#find').fill('halving')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/posts?q=halving')
    await page.goBack()
    await expectShown(text)
    expect(await kept()).toEqual([text])
  })

  it.each(['/market', '/posts/new'])('by the address bar, after %s', async path => {
    await openEditor()
    await write(text)
    await page.goto(path)
    await openEditor()
    await expectShown(text)
  })

  it('by Back and reload, without a full page between', async () => {
    await openEditor()
    await write(text)
    await page.getByRole('link', { name: 'Market' }).first().click()
    await page.waitForURL('**/market')
    await page.goBack()
    await expectShown(text)
    await page.reload()
    await expectShown(text)
  })

  it('in a new tab, when its own was closed', async () => {
    await openEditor()
    await write(text)
    await page.close({ runBeforeUnload: false })
    const next = await openEditor(await context.newPage())
    await expectShown(text, next)
  })

  it('that an earlier version of the site kept, once', async () => {
    await page.goto('/more')
    await page.evaluate(
      `localStorage.setItem('cryptotalks.draft.user-marrow', ${JSON.stringify(JSON.stringify(text))})`,
    )
    await openEditor()
    await expectShown(text)
    expect(await kept()).toEqual([text])
    const other = await openEditor(await context.newPage())
    await settled(other)
    expect(await shown(other)).toEqual(nothing)
  })

  it('by Back, with scripts switched off, as the browser does it', async () => {
    const plain = await openWatched(browser, { url: site.url, viewport: desktop, scripts: false })
    await plain.context.addCookies([{ name: 'visitor', value: 'marrow', url: site.url }])
    await plain.page.goto('/posts/new')
    await plain.page.locator('#title').fill(text.title)
    await plain.page.locator('#body').fill(text.body)
    await plain.page.locator('#tags').fill(text.tags)
    await plain.page.locator('#find').fill('halving')
    await plain.page.keyboard.press('Enter')
    await plain.page.waitForURL('**/posts?q=halving')
    await plain.page.goBack()
    await expectShown(text, plain.page)
    await plain.context.close()
  })
})

describe('what was published', () => {
  it('does not come back, by Back, by a visit or in another tab', async () => {
    await openEditor()
    await write(text)
    await publish()
    expect(await kept()).toEqual([])
    await page.goBack()
    await page.locator('form[autocomplete=off] #title').waitFor()
    await settled()
    expect(await shown()).toEqual(nothing)
    await openEditor()
    await settled()
    expect(await shown()).toEqual(nothing)
    const other = await openEditor(await context.newPage())
    await settled(other)
    expect(await shown(other)).toEqual(nothing)
    expect(await kept()).toEqual([])
  })
})

describe('two tabs', () => {
  it('keep a draft each, and publishing one leaves the other', async () => {
    await openEditor()
    await write(text)
    const other = await openEditor(await context.newPage())
    await settled(other)
    expect(await shown(other)).toEqual(nothing)
    const short = { title: 'Short', body: 'a short post', tags: '' }
    await write(short, other)
    expect(await kept()).toHaveLength(2)
    await publish(other)
    await page.reload()
    await expectShown(text)
    expect(await kept()).toEqual([text])
  })

  it('never share one, though the second was made as a copy of the first', async () => {
    await openEditor()
    await write(text)
    const [copy] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate(`void window.open('/posts/new')`),
    ])
    await copy.locator('form[autocomplete=off] #title').waitFor()
    const second = { title: 'Second', body: 'of the copy', tags: '' }
    await write(second, copy)
    await page.reload()
    await expectShown(text)
    await copy.reload()
    await expectShown(second, copy)
  })
})

describe('whoever comes next', () => {
  const signOut = async (on: Page) => {
    await on.route('**/api/sessions/current', route => route.fulfill({ status: 204 }))
    await on.evaluate(
      `document.querySelector('form[action="/api/sessions/current"]').requestSubmit()`,
    )
  }

  it('finds nothing once the writer has signed out, in any tab', async () => {
    await openEditor()
    await write(text)
    const other = await context.newPage()
    await other.goto('/')
    await other.locator('.news').waitFor({ state: 'attached' })
    await other.waitForLoadState('networkidle')
    await signOut(other)
    await expect.poll(() => kept()).toEqual([])
    await page.locator('main .folio', { hasText: 'you signed out' }).waitFor()
    await page.locator('#body').fill('written on')
    expect(await kept()).toEqual([])
    expect((await shown()).body).toBe('written on')
  })

  it('is never shown what another person wrote', async () => {
    await openEditor()
    await write(text)
    await signInAs('ines.k')
    await openEditor()
    await settled()
    expect(await shown()).toEqual(nothing)
    await signInAs('marrow')
    await openEditor()
    await expectShown(text)
  })
})

describe('when publishing fails', () => {
  it('keeps all of it when the session has ended, and says how to go on', async () => {
    await openEditor()
    await write(text)
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator('[role=alert]').waitFor()
    expect(await page.locator('[role=alert]').textContent()).toContain('not published')
    expect(await shown()).toEqual(text)
    await page.reload()
    await expectShown(text)
  })

  it('says that nothing was sent when the device is offline, and publishes once it is not', async () => {
    await openEditor()
    await write(text)
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator('[role=alert]', { hasText: 'nothing was sent' }).waitFor()
    expect(await page.locator('[role=alert]').textContent()).toContain('not published')
    expect(await kept()).toEqual([text])
    await context.setOffline(false)
    await publish()
    expect(await kept()).toEqual([])
  })

  it('does not say "not published" when no answer came, and offers the post that it finds', async () => {
    await openEditor()
    await write(text)
    const keys: (string | undefined)[] = []
    await page.route('**/api/posts', route => {
      keys.push(route.request().headers()['idempotency-key'])
      return route.abort()
    })
    await page.route('**/api/posts?author=marrow*', route =>
      route.fulfill({
        json: { items: [{ slug, title: text.title, publishedAt: new Date().toISOString() }] },
      }),
    )
    let written = false
    await page.route(`**/api/posts/${slug}`, route =>
      route.fulfill({ json: { body: written ? text.body : 'another text' } }),
    )
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator('[role=alert]').waitFor()
    expect(await page.locator('[role=alert]').textContent()).toContain('not known')
    expect(await page.locator('main').textContent()).not.toContain('not published')
    written = true
    await page.locator(`.note.ok a[href="/posts/${slug}"]`).waitFor()
    // Now it is known, so what is written next is another post.
    await page.locator('#body').fill('another thought')
    await page.getByRole('button', { name: 'Publish' }).click()
    await expect.poll(() => keys.length).toBe(2)
    expect(keys[1]).not.toBe(keys[0])
  })

  it('sends a changed text under the same key while the outcome is not known, also after a reload', async () => {
    await openEditor()
    await write(text)
    const sent: { readonly key: string | undefined; readonly body: string }[] = []
    let answer: (route: Route) => Promise<void> = route => route.abort()
    await page.route('**/api/posts', route => {
      const { body } = route.request().postDataJSON() as { readonly body: string }
      sent.push({ key: route.request().headers()['idempotency-key'], body })
      return answer(route)
    })
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator('[role=alert]').waitFor()
    await page.reload()
    await page.locator('[role=alert]', { hasText: 'not known' }).waitFor()
    await page.locator('#body').fill(`${text.body}.`)
    // The API: the first was written after all, and this key stands for it.
    answer = route =>
      (route.request().postDataJSON() as { readonly body: string }).body === text.body
        ? published(route)
        : route.fulfill({
            status: 422,
            json: { title: 'Reused', status: 422, code: 'idempotency-key-reused' },
          })
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator(`.note.ok a[href="/posts/${slug}"]`).waitFor()
    expect(await page.locator('[role=alert]').textContent()).toContain('already published')
    expect(sent.map(({ key }) => key)).toEqual(Array(3).fill(sent[0]?.key))
    expect((await shown()).body).toBe(`${text.body}.`)
  })
})

describe('before the script is there', () => {
  it('what is typed neither is lost nor writes over a draft', async () => {
    await openEditor()
    await write(text)
    let letIn = () => {}
    const awaited = new Promise<void>(resolve => {
      letIn = resolve
    })
    await page.route('**/assets/*.js', async route => {
      await awaited
      await route.continue()
    })
    await page.goto('/posts/new', { waitUntil: 'commit' })
    await page.locator('#title').fill('Quicker')
    letIn()
    await page.locator('main .folio', { hasText: 'Draft kept' }).waitFor()
    expect(await shown()).toEqual({ ...nothing, title: 'Quicker' })
    expect(await kept()).toContainEqual(text)
  })
})
