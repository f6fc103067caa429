// Addresses that belong to one line count as one; those of two lines never do.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressKey } from './address-key.ts'

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:cb00:7109', '203.0.113.9'],
  ['0:0:0:0:0:ffff:255.255.255.255', '255.255.255.255'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::2:0:0:0:1', '2001:db8:0:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', 'unknown'],
  ['300.1.1.1', 'unknown'],
  ['2001:db8::1, 203.0.113.9', 'unknown'],
])('%s counts as %s', (ip, key) => {
  expect(addressKey(ip)).toBe(key)
})

test('the first 64 bits of an IPv6 address decide, and nothing else', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map(bits => bits.toString(16))
  // Never 0 at first, or it might be an IPv4 address in disguise.
  const line = fc.tuple(
    fc.integer({ min: 1, max: 0xffff }).map(bits => bits.toString(16)),
    group,
    group,
    group,
  )
  const host = fc.tuple(group, group, group, group)
  fc.assert(
    fc.property(line, line, host, host, (one, other, a, b) => {
      const key = (prefix: readonly string[], rest: readonly string[]) =>
        addressKey([...prefix, ...rest].join(':'))
      expect(key(one, a)).toBe(key(one, b))
      expect(key(one, a) === key(other, a)).toBe(one.join() === other.join())
    }),
  )
})
