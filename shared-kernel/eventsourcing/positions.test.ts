import { expect, it } from 'vitest'
import { laterOf, parsePosition } from './positions.ts'

it('reads unsigned 64-bit decimals and nothing else', () => {
  expect(parsePosition('0')).toBe(0n)
  expect(parsePosition('18446744073709551615')).toBe(2n ** 64n - 1n)
  for (const text of ['', '-1', '1.5', '0x10', ' 1', '1e3', '18446744073709551616', '9'.repeat(21)])
    expect(parsePosition(text), text).toBeUndefined()
})

it('finds the later of two positions beyond the safe integers', () => {
  expect(laterOf(2n ** 60n, 2n ** 60n + 1n)).toBe(2n ** 60n + 1n)
})
