import type { Quote } from '@cryptotalks/shared-kernel/events/rates'
import { describe, expect, it } from 'vitest'
import { sift } from '../rates/quotes.ts'
import { createSimulatedMarket } from './simulated-market.ts'

const noon = new Date('2026-03-01T12:00:00.000Z')
const later = (seconds: number) => new Date(noon.getTime() + seconds * 1_000)
const day = 86_400

async function quotesOf(seed: string, at: Date): Promise<readonly Quote[]> {
  const market = createSimulatedMarket(seed)
  const sample = await market.sampleAt?.(at, AbortSignal.timeout(1_000))
  return sample?.quotes as readonly Quote[]
}
const priceOf = (quotes: readonly Quote[], coinId: string) =>
  quotes.find(quote => quote.coinId === coinId)?.price ?? Number.NaN

describe('the simulated market', () => {
  it('has a hundred coins, every quote of which can be believed', async () => {
    expect(sift(await quotesOf('a', noon))).toMatchObject({ leftOut: 0, quotes: { length: 100 } })
  })

  it('says so in its name', () => expect(createSimulatedMarket('a').name).toBe('simulated'))

  it('tells the same of a moment whenever it is asked, and another story under another seed', async () => {
    expect(await quotesOf('a', noon)).toEqual(await quotesOf('a', noon))
    expect(await quotesOf('a', noon)).not.toEqual(await quotesOf('b', noon))
  })

  it('moves from poll to poll, but by little', async () => {
    const [now, next] = [await quotesOf('a', noon), await quotesOf('a', later(10))]
    const moved = now.filter(quote => priceOf(next, quote.coinId) !== quote.price)
    expect(moved.length).toBeGreaterThan(80)
    for (const quote of now)
      expect(Math.abs(priceOf(next, quote.coinId) / quote.price - 1)).toBeLessThan(0.02)
  })

  it('moves over days as markets do', async () => {
    const days = await Promise.all(
      Array.from({ length: 120 }, (_, n) => quotesOf('a', later(n * day))),
    )
    const changes = days.map(quotes => quotes.find(({ coinId }) => coinId === 'bitcoin')?.change24h)
    const spread = Math.sqrt(
      changes.reduce<number>((sum, change = 0) => sum + change ** 2, 0) / 120,
    )
    expect(spread).toBeGreaterThan(0.8)
    expect(spread).toBeLessThan(6)
    const prices = days.map(quotes => priceOf(quotes, 'bitcoin'))
    expect(Math.min(...prices)).toBeGreaterThan(30_000)
    expect(Math.max(...prices)).toBeLessThan(150_000)
  })

  it('holds the coins that are held at a dollar', async () => {
    for (let n = 0; n < 60; n++)
      expect(Math.abs(priceOf(await quotesOf('a', later(n * day)), 'tether') - 1)).toBeLessThan(
        0.001,
      )
  })

  it('tells changes that its own past prices confirm', async () => {
    const [now, before, weekBefore] = [
      await quotesOf('a', noon),
      await quotesOf('a', later(-day)),
      await quotesOf('a', later(-7 * day)),
    ]
    for (const { coinId, price, change24h, change7d } of now) {
      expect(change24h).toBeCloseTo((price / priceOf(before, coinId) - 1) * 100, 3)
      expect(change7d).toBeCloseTo((price / priceOf(weekBefore, coinId) - 1) * 100, 3)
    }
  })

  it('ranks by what all of a coin is worth', async () => {
    const quotes = await quotesOf('a', noon)
    expect(quotes.map(({ rank }) => rank)).toEqual(quotes.map((_, index) => index + 1))
    for (const [index, { marketCap }] of quotes.entries())
      expect(marketCap).toBeLessThanOrEqual(
        quotes[index - 1]?.marketCap ?? Number.POSITIVE_INFINITY,
      )
  })

  it('gives six significant digits, as sources do', async () => {
    for (const { price } of await quotesOf('a', noon))
      expect(price).toBe(Number(price.toPrecision(6)))
  })
})
