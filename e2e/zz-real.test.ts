import { connect } from 'node:net'
import { it } from 'vitest'
import { desktop, openWatched, startBrowser } from './testing/browser.ts'
import { publish, signIn, signUp } from './testing/journey.ts'
import { someAccount } from './testing/person.ts'
import { startWorld } from './testing/world.ts'

const raw = (url: string, target: string) =>
  new Promise<string>(resolve => {
    const { hostname, port, host } = new URL(url)
    let got = ''
    const s = connect(Number(port), hostname, () =>
      s.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    )
    s.on('data', d => {
      got += d
    })
    s.on('close', () => resolve(got))
    s.on('error', () => resolve(got))
  })
it('real', async () => {
  const world = await startWorld({})
  const browser = await startBrowser()
  try {
    for (const t of [
      '//',
      '//[',
      '//a:99999999/',
      '//evil.example/posts',
      '/\\evil.example/',
      '///',
      '/http://evil.example/',
    ]) {
      const a = await raw(world.url, t)
      console.log(t, a.split('\r\n')[0], /canonical" href="([^"]*)"/.exec(a)?.[1])
    }
    const { page } = await openWatched(browser, { url: world.url, viewport: desktop })
    const account = someAccount('real')
    await signUp(page, account)
    await signIn(page, account)
    await publish(page, { title: 'First of all', body: 'text $BTC', tags: 'a-b' })
    await page.goBack()
    await page.waitForTimeout(2500)
    console.log(
      'after back',
      page.url(),
      await page.locator('#title').inputValue(),
      JSON.stringify(await page.locator('#body').inputValue()),
      await page.evaluate('JSON.stringify(localStorage)'),
    )
    const projections = world.process('projections')
    console.log('pid', projections.pid)
    process.kill(projections.pid as number, 'SIGSTOP')
    await page.locator('#title').fill('While it sleeps')
    await page.locator('#body').fill('quiet')
    await page.locator('#tags').fill('')
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.waitForURL(/\/posts\/while/)
    console.log('h1', await page.locator('h1').allTextContents(), await page.title())
    await page.screenshot({ path: '/tmp/shots/real-behind.png' })
    await page.goto('/')
    console.log(
      'home',
      (await page.locator('main, .past-bar').allTextContents()).join('|').slice(0, 300),
    )
    process.kill(projections.pid as number, 'SIGCONT')
    await page.goto('/posts/while-it-sleeps')
    await page.waitForTimeout(6000)
    console.log('h1', await page.locator('h1').allTextContents())
    await page.goto('/posts?q=a')
    console.log('search', (await page.locator('main').textContent())?.slice(0, 160))
    await page.goto('/posts?q=%E5%B8%81')
    console.log('search', (await page.locator('main').textContent())?.slice(0, 160))
  } finally {
    await browser.close()
    await world.end()
  }
}, 300_000)
