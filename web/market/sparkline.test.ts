import { describe, expect, it } from 'vitest'
import { sparkHeight, sparkPoints, sparkStart, sparkWidth } from './sparkline.ts'

const pairs = (points: string) => points.split(' ').map(pair => pair.split(',').map(Number))

describe('the small line', () => {
  it('spans the box in whole pixels and stays inside it', () => {
    const points = pairs(sparkPoints([3, 9, 1, 4, 7]))
    expect(points[0]?.[0]).toBe(0)
    expect(points.at(-1)?.[0]).toBe(sparkWidth)
    for (const [x = -1, y = -1] of points) {
      expect(Number.isInteger(x) && Number.isInteger(y)).toBe(true)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThanOrEqual(sparkHeight)
    }
  })

  it('puts the highest price on top', () => {
    const [low, high] = pairs(sparkPoints([1, 2]))
    expect(high?.[1]).toBeLessThan(low?.[1] ?? 0)
  })

  it('draws a coin that hardly moves flat', () => {
    const heights = pairs(sparkPoints([1, 1.0001, 0.9999, 1])).map(pair => pair[1] ?? 0)
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(2)
    expect(sparkPoints([5, 5, 5])).not.toContain('NaN')
    expect(sparkPoints([0, 0])).not.toContain('NaN')
  })

  it('is not drawn from less than two prices, only its dashed start in the middle', () => {
    expect(sparkPoints([])).toBe('')
    expect(sparkPoints([7])).toBe('')
    expect(sparkStart('')).toBe('13')
    expect(sparkStart('0,20 44,4 88,6')).toBe('20')
  })
})
