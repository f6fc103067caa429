// All clocks are two days ahead for a moment, and then right again: the market goes on, and posts keep their order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, member, type Person, someAccount, visit } from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import { untilProjected } from './testing/read-models.ts'
import { type SettableClock, settableClock } from './testing/set-clock.ts'
import { until } from './testing/until.ts'
import { startWorld, type World } from './testing/world.ts'

const minute = 60_000
const twoDays = 48 * 60 * minute

let clock: SettableClock
let world: World
let author: Person

beforeAll(async () => {
  clock = settableClock()
  world = await startWorld({ programs: clock.programs, env: { RATES_POLL_SECONDS: '1' } })
  author = await member(world.url, someAccount('punctual'))
}, 300_000)
afterAll(async () => {
  await world?.end()
  clock?.remove()
}, 60_000)

interface Coin {
  readonly price: number
  readonly sampledAt: string
}

async function body<T>(path: string): Promise<T> {
  return expectStatus(200, await visit(world.url).get(path)).body as T
}
const bitcoin = () => body<Coin>('/api/coins/$btc')
const market = async () => (await body<{ market: { sampledAt: string } }>('/api/coins')).market
const aheadOf = (iso: string) => Date.parse(iso) - Date.now()
const titles = async () =>
  (await body<{ items: { title: string }[] }>('/api/posts')).items.map(({ title }) => title)
const publish = async (title: string) => {
  expectStatus(201, await author.post('/api/posts', somePost(title)))
  await untilProjected(world)
}

describe('a clock that is ahead for a moment', () => {
  it('dates what happens then, and nothing after it', async () => {
    await until('there is a market', async () => (await bitcoin()).sampledAt)
    await publish('Before')
    clock.set(twoDays)
    await until('the market is dated ahead', async () =>
      aheadOf((await bitcoin()).sampledAt) > twoDays / 2 ? true : undefined,
    )
    await publish('While it was ahead')
    clock.set(0)
    const again = await until('the market is of now again', async () => {
      const coin = await bitcoin()
      return aheadOf(coin.sampledAt) < minute ? coin : undefined
    })
    await until('it goes on', async () => {
      const { sampledAt } = await bitcoin()
      return Date.parse(sampledAt) > Date.parse(again.sampledAt) ? true : undefined
    })
    expect(aheadOf((await market()).sampledAt)).toBeLessThan(minute)
  }, 120_000)

  it('leaves no price in the charts that was never one', async () => {
    for (const range of ['1h', '24h', '7d']) {
      const { points } = await body<{ points: { at: string }[] }>(
        `/api/coins/$btc/history?range=${range}`,
      )
      expect(points.length).toBeGreaterThan(0)
      for (const { at } of points) expect(aheadOf(at)).toBeLessThan(minute)
    }
  })

  it('is over for the feed, too, which is ready and agrees with the store', async () => {
    const ready = await until('it is ready', async () => {
      const answer = await fetch(`${world.process('rates-feed').url}/health/ready`)
      const told = (await answer.json()) as { status: string; checks: Record<string, unknown> }
      return told.status === 'ready' ? told : undefined
    })
    expect(ready.checks.clock).toEqual({ ok: true, detail: 'agrees with the event store' })
  })

  it('changes nothing in the order of posts, which is that of the log', async () => {
    await publish('After')
    expect((await titles()).slice(0, 3)).toEqual(['After', 'While it was ahead', 'Before'])
  }, 60_000)

  it('shows no page that calls it past what is dated ahead', async () => {
    const page = await visit(world.url).get('/posts', { headers: { accept: 'text/html' } })
    expect(page.text).not.toMatch(/\b0 s ago/)
  })
})
