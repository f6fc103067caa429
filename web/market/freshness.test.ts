import { describe, expect, it } from 'vitest'
import { freshness, staleClass } from './freshness.ts'

const now = Date.parse('2024-06-11T14:00:00Z')
const sampled = (seconds: number, source = 'simulated') => ({
  source,
  sampledAt: new Date(now - seconds * 1000).toISOString(),
})

describe('the mark of a price', () => {
  it('names a simulated source', () => {
    expect(freshness(sampled(12), now)).toEqual({
      tone: 'sim',
      name: 'Simulated',
      age: '12 s ago',
    })
  })

  it('is live from a real source', () => {
    expect(freshness(sampled(4, 'coingecko'), now)).toMatchObject({ tone: 'live', name: 'Live' })
  })

  it('is stale once three intervals of its source were missed, and not before', () => {
    expect(freshness(sampled(30), now).tone).toBe('sim')
    expect(freshness(sampled(31), now)).toMatchObject({ tone: 'stale', age: '31 s old' })
    expect(freshness(sampled(840, 'coingecko'), now).tone).toBe('live')
    expect(freshness(sampled(901, 'coingecko'), now)).toMatchObject({ age: '15 min old' })
  })

  it('takes the colour from figures only when stale', () => {
    expect([sampled(12), sampled(31), null].map(sample => staleClass(sample, now))).toEqual([
      '',
      'old',
      '',
    ])
  })

  it('is not current when its time lies ahead of the clock, and never "0 s ago"', () => {
    const unknown = { tone: 'stale', name: 'none', age: 'Age unknown' }
    expect(freshness(sampled(-61), now)).toEqual(unknown)
    expect(freshness(sampled(-2 * 24 * 3600, 'coingecko'), now)).toEqual(unknown)
    expect(freshness({ source: 'simulated', sampledAt: 'no date' }, now)).toEqual(unknown)
    expect(staleClass(sampled(-61), now)).toBe('old')
    expect(freshness(sampled(-2), now)).toMatchObject({ tone: 'sim', age: 'just now' })
  })

  it('says when there is no price', () => {
    expect(freshness(null, now)).toEqual({ tone: '', name: 'none', age: 'No price yet' })
  })
})
