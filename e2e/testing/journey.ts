// What a newcomer does: joins, signs in, writes, and looks whether it is there.

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Account } from './person.ts'

/** Fills the sign-up form and arrives at the sign-in page. */
export async function signUp(page: Page, account: Account): Promise<void> {
  await page.goto('/sign-up')
  await page.locator('#email').fill(account.email)
  await page.locator('#username').fill(account.username)
  await page.locator('#password').fill(account.password)
  await page.locator('#acceptTerms').check()
  await page.locator('main button[type=submit]').click()
  await page.waitForURL(/\/sign-in\b/)
}

/** Fills the sign-in form it is at and arrives at the home page. */
export async function signIn(page: Page, account: Account): Promise<void> {
  await page.locator('#login').fill(account.username)
  await page.locator('#password').fill(account.password)
  await page.locator('main button[type=submit]').click()
  await page.waitForURL(url => url.pathname === '/')
}

export interface Written {
  readonly title: string
  readonly body: string
  readonly tags: string
}

/** Follows the way to the editor, publishes, and arrives at the post. */
export async function publish(page: Page, { title, body, tags }: Written): Promise<void> {
  await page
    .getByRole('link', { name: 'Write', exact: true })
    .filter({ visible: true })
    .first()
    .click()
  await page.waitForURL(/\/posts\/new$/)
  await page.locator('#title').fill(title)
  await page.locator('#body').fill(body)
  await page.locator('#tags').fill(tags)
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.waitForURL(url => /^\/posts\/(?!new$).+/.test(url.pathname))
}

/** The titles of the list that is shown. */
export const listedTitles = (page: Page): Promise<string[]> =>
  page.locator('main ol li :is(h2, h3) a').allTextContents()

/** The prices of the market table that is shown, row by row. */
export const shownPrices = async (page: Page): Promise<string[]> => {
  const cells = await page.locator('main table tbody tr td.num:nth-of-type(2)').allTextContents()
  expect(cells.length).toBeGreaterThan(10)
  return cells
}
