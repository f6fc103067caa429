import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixed } from '../text/numbers.ts'
import {
  fromLeft,
  fromTop,
  labelTimes,
  linePath,
  mergePoints,
  nearestIndex,
  scaleOf,
} from './chart.ts'

describe('the scale', () => {
  it('starts and ends on round prices around the given ones', () => {
    const { low, high, ticks, decimals } = scaleOf([60_285.29, 64_210.4])
    expect([low, high]).toEqual([60_000, 65_000])
    expect(ticks).toEqual([60_000, 61_000, 62_000, 63_000, 64_000, 65_000])
    expect(decimals).toBe(0)
  })

  it('tells the ticks of tiny prices apart', () => {
    const { ticks, decimals } = scaleOf([0.00001757, 0.00001886])
    const texts = ticks.map(tick => tick.toFixed(decimals))
    expect(new Set(texts).size).toBe(ticks.length)
    expect(texts[0]).toBe('0.0000175')
  })

  it.each([1.2e-11, 4.2e-13, 4.2e-30])('tells the ticks of prices near %d apart', price => {
    const { ticks, decimals } = scaleOf([price, price * 1.03])
    const texts = ticks.map(tick => fixed(tick, decimals))
    expect(new Set(texts).size, texts.join()).toBe(ticks.length)
    expect(texts.map(Number)).toEqual(ticks)
  })

  it('has ticks for prices that hardly differ, or not at all', () => {
    expect(scaleOf([1e-9, 1.0000000000000003e-9]).ticks.length).toBeGreaterThanOrEqual(2)
    expect(scaleOf([5, 5]).ticks.length).toBeGreaterThanOrEqual(2)
    expect(scaleOf([0]).ticks.length).toBeGreaterThanOrEqual(2)
  })

  it('holds every price, with a bounded number of ticks', () => {
    const prices = fc.array(fc.double({ min: 1e-30, max: 1e9, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(prices, prices => {
        const scale = scaleOf(prices)
        expect(scale.ticks.length).toBeGreaterThanOrEqual(2)
        expect(scale.ticks.length).toBeLessThanOrEqual(8)
        for (const price of prices) {
          const top = fromTop(price, scale)
          expect(top).toBeGreaterThanOrEqual(-1e-6)
          expect(top).toBeLessThanOrEqual(100 + 1e-6)
        }
      }),
    )
  })
})

const point = (index: number) => ({
  at: new Date(index * 60_000).toISOString(),
  open: index,
  high: index + 2,
  low: index - 2,
  close: index + 1,
})

describe('points', () => {
  it('are merged without losing the first open, the last close or an extreme', () => {
    const points = Array.from({ length: 1440 }, (_, index) => point(index))
    const merged = mergePoints(points, 200)
    expect(merged.length).toBeLessThanOrEqual(200)
    expect(merged[0]).toMatchObject({ open: 0, low: -2 })
    expect(merged.at(-1)).toMatchObject({ close: 1440, high: 1441 })
  })

  it('stay as they are when there are few', () => {
    const points = [point(0), point(1)]
    expect(mergePoints(points, 200)).toBe(points)
  })
})

describe('the line', () => {
  const scale = { low: 0, high: 100, ticks: [0, 100], decimals: 0 }

  it('goes from the left edge to the right one, each point at its time', () => {
    const places = fromLeft([1_000, 4_000, 5_000])
    expect(places).toEqual([0, 75, 100])
    expect(linePath([0, 50, 100], places, scale)).toBe('M0 300.0L750 150.0L1000 0.0')
    expect(fromLeft([7])).toEqual([100])
  })

  it('is read at the nearest point in time, never beside it', () => {
    const nearest = [-100, 0, 37, 38, 88, 700].map(place => nearestIndex(place, [0, 75, 100]))
    expect(nearest).toEqual([0, 0, 0, 1, 2, 2])
  })

  it('is labelled at even moments, also where points are unevenly dense', () => {
    expect(labelTimes([0, 590, 600], 6)).toEqual([0, 100, 200, 300, 400, 500])
    expect(labelTimes([5], 6)).toEqual([5])
    expect(labelTimes([], 6)).toEqual([])
  })
})
