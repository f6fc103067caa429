// Which visitors' addresses count as one wherever something is limited by address.
import { isIPv4, isIPv6 } from 'node:net'

const mappedIPv4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

/**
 * The key to count an address under: an IPv4 address whole (also one written as IPv6), of an IPv6 address its first 64
 * bits, since a line has at least so many addresses to itself. What is no address at all shares one key: `unknown`.
 */
export function addressKey(ip: string): string {
  const address = ip.split('%', 1)[0] ?? ''
  if (isIPv4(address)) return address
  if (!isIPv6(address)) return 'unknown'
  // The URL standard has one spelling for each address: lower case, no leading zeros, the longest gap as "::".
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = mappedIPv4.exec(canonical)
  if (mapped) return dotted(`${mapped[1]}`, `${mapped[2]}`)
  return `${groupsOf(canonical).slice(0, 4).join(':')}::/64`
}

function dotted(high: string, low: string): string {
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16)
  return [24, 16, 8, 0].map(shift => (bits >>> shift) & 255).join('.')
}

function groupsOf(canonical: string): string[] {
  const [before = '', after] = canonical.split('::')
  const head = before === '' ? [] : before.split(':')
  if (after === undefined) return head
  const tail = after === '' ? [] : after.split(':')
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
}
