import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { change, compact, counted, direction, position, price, priceParts } from './numbers.ts'

describe('a price', () => {
  it.each([
    [64_210.4, '64,210.40'],
    [148.62, '148.62'],
    [14.37, '14.37'],
    [7.214, '7.214'],
    [1.0003, '1.0003'],
    [0.5231, '0.5231'],
    [0.0261, '0.02610'],
    [0.00001812, '0.00001812'],
    [0, '0.00'],
    [1.234e-9, '0.000000001234'],
    [1.234e-11, '0.00000000001234'],
    [4.2e-13, '0.0000000000004200'],
    [4.2e-25, '4.200e-25'],
    [9.9999e-25, '1.000e-24'],
    [5e-324, '4.941e-324'],
    [9.9996, '10.00'],
    [9.9994, '9.999'],
    [1.9996, '1.9996'],
    [1.99996, '2.000'],
    [0.99999, '1.0000'],
    [0.00999999, '0.01000'],
    [9.99999e-17, '0.0000000000000001000'],
    [9.99999e-18, '1.000e-17'],
  ])('of %d reads %s', (value, text) => {
    expect(price(value)).toBe(text)
  })

  it('has at least four digits that count, whatever its size', () => {
    const prices = fc.double({ min: Number.MIN_VALUE, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(prices, value => {
        const text = price(value)
        const digits = text.replace(/e.*/, '').replace(/^0\.0*|[.,]/g, '')
        expect(digits.length, text).toBeGreaterThanOrEqual(4)
        const read = Number(text.replaceAll(',', ''))
        expect(Math.abs(read / value - 1), text).toBeLessThan(value > 0.01 ? 0.5 : 1e-3)
      }),
    )
  })

  it('steps back after the dot, but below one every digit counts', () => {
    expect(priceParts(64_210.4)).toEqual(['64,210', '.40'])
    expect(priceParts(0.5231)).toEqual(['0.5231', ''])
  })
})

describe('a large amount', () => {
  it.each([
    [1.27e12, '1.27 T'],
    [999.96e9, '1.00 T'],
    [103e9, '103 B'],
    [24.8e9, '24.8 B'],
    [9.996e6, '10.0 M'],
    [940e6, '940 M'],
    [85_200, '85,200'],
    [0, '0'],
    [0.4, '0.4000'],
    [0.00000123, '0.000001230'],
  ])('of %d reads %s', (value, text) => {
    expect(compact(value)).toBe(text)
  })
})

describe('a change', () => {
  it.each([
    [2.411, 2, '+2.41%', 'up'],
    [-0.834, 2, '−0.83%', 'dn'],
    [-0.004, 2, '0.00%', ''],
    [0.04, 1, '0.0%', ''],
    [0.05, 1, '+0.1%', 'up'],
    [1234.5, 1, '+1,234.5%', 'up'],
  ])('of %d with %d decimals reads %s', (percent, decimals, text, way) => {
    expect(change(percent, decimals)).toBe(text)
    expect(direction(percent, decimals)).toBe(way)
  })
})

it('groups positions that no double can hold', () => {
  expect(position('18446744073709551615')).toBe('18,446,744,073,709,551,615')
  expect(position('not a position')).toBe('not a position')
})

it('counts things in words', () => {
  expect(counted(1, 'post')).toBe('1 post')
  expect(counted(1204, 'post')).toBe('1,204 posts')
})
