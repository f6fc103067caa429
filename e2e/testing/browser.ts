// A real browser, and a watch over every page it opens: nothing may go wrong quietly.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** Where Chromium is: as CHROMIUM names it, or found on the PATH. */
function executablePath(): string {
  const named = process.env.CHROMIUM
  if (named) return named
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const found = folders
    .flatMap(folder => names.map(name => join(folder, name)))
    .find(path => existsSync(path))
  if (found === undefined)
    throw new Error('The browser tests want Chromium: install it, or name one in CHROMIUM')
  return found
}

/** `rules` map names to addresses, as `--host-resolver-rules` has them. */
export function startBrowser(rules?: string): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath(),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      '--disable-dev-shm-usage',
      ...(rules === undefined ? [] : [`--host-resolver-rules=${rules}`]),
    ],
  })
}

export const phone = { width: 390, height: 844 }
export const desktop = { width: 1280, height: 900 }

export interface Watched {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors on the console (a broken content policy is one), uncaught errors, requests to other origins. */
  readonly mishaps: readonly string[]
}

export interface WatchOptions {
  readonly url: string
  readonly viewport: { readonly width: number; readonly height: number }
  readonly scripts?: boolean
  readonly colorScheme?: 'dark' | 'light'
  /** Session cookies, as another context had them. */
  readonly cookies?: Awaited<ReturnType<BrowserContext['cookies']>>
}

/** A page of a fresh visitor; close its context when done. */
export async function openWatched(browser: Browser, options: WatchOptions): Promise<Watched> {
  const { url, viewport, scripts = true, colorScheme = 'light', cookies } = options
  const context = await browser.newContext({
    baseURL: url,
    viewport,
    colorScheme,
    javaScriptEnabled: scripts,
    // A colour caught in the middle of a transition says nothing about contrast.
    reducedMotion: 'reduce',
  })
  if (cookies) await context.addCookies(cookies)
  const mishaps: string[] = []
  const { origin } = new URL(url)
  context.on('console', message => {
    if (message.type() === 'error') mishaps.push(`console: ${message.text()}`)
  })
  context.on('weberror', failure => void mishaps.push(`uncaught: ${failure.error()}`))
  context.on('request', request => {
    const asked = new URL(request.url())
    if (asked.origin !== origin && asked.protocol !== 'data:')
      mishaps.push(`asks another origin: ${request.url()}`)
  })
  return { page: await context.newPage(), context, mishaps }
}
