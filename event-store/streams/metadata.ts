// What a stream's metadata says about its events: how many are shown, for how long, from where on, and to whom.
import { type Acl, aclOf } from './acl.ts'

/** As many as a double's largest number has; what is longer is no number that anybody counts or names by. */
const MOST_DIGITS = 309

/** The `$tb` that stands for a soft delete, 2^63-1. */
export const DELETED_TB = '9223372036854775807'
const LARGEST_INT64 = 2n ** 63n - 1n
const SMALLEST_INT64 = -(2n ** 63n)

/** The limits of a stream; those it has not are undefined. */
export interface StreamLimits {
  readonly maxCount?: number
  /** Seconds. */
  readonly maxAge?: number
  /** The first event shown; `Infinity` beyond what a number can say. */
  readonly truncateBefore?: number
  /** A soft delete: the stream reads as not found until it is written again. */
  readonly deleted?: true
  /** Who may do what, where that differs from the default. */
  readonly acl?: Acl
}

export const NO_LIMITS: StreamLimits = {}
/** A metastream shows its last event alone, whatever its own metadata says. */
export const METASTREAM_LIMITS: StreamLimits = { maxCount: 1 }

/** Strings, numbers and words as wholes, punctuation one by one; applied only to text that is JSON. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g

/** A member of a JSON object: its key, its value without the spaces in it, and where it lies in the text. */
interface Member {
  readonly key: string
  readonly value: string
  /** Behind the brace or comma before it. */
  readonly from: number
  /** The place of the comma or brace after it. */
  readonly to: number
}

/** The members of a text that is a JSON object; what is nested in them is part of their values. */
function membersOf(json: string): Member[] {
  const members: Member[] = []
  let depth = 0
  let from = 0
  let key: string | undefined
  let value: string[] = []
  for (const { 0: token, index } of json.matchAll(TOKENS)) {
    const closes = token === '}' || token === ']'
    if (depth === 1 && (token === ',' || closes)) {
      if (key !== undefined) {
        const words = JSON.parse(key) as string
        members.push({ key: words, value: value.join(''), from, to: index })
      }
      key = undefined
      from = index + 1
    } else if (depth === 1 && key === undefined && token.startsWith('"')) {
      key = token
      value = []
    } else if (key !== undefined && !(depth === 1 && token === ':' && value.length === 0)) {
      value.push(token)
    }
    if (token === '{' || token === '[') {
      depth++
      if (depth === 1) from = index + 1
    } else if (closes) depth--
  }
  return members
}

/** The values of an object by key: of equal keys the last. */
const topLevel = (json: string): Map<string, string> =>
  new Map(membersOf(json).map(({ key, value }) => [key, value]))

/** The digits of a whole number in an object, a text that is known to be JSON; undefined for anything else. */
export function wholeNumberOf(data: Buffer, key: string): string | undefined {
  const text = topLevel(data.toString('utf8')).get(key)
  return text !== undefined && text.length <= MOST_DIGITS && /^-?\d+$/.test(text) ? text : undefined
}

/** A whole number of 64 bits as its author wrote it, or undefined: 2.0, 1e0 and "2" are none. */
function int64(text: string): bigint | undefined {
  if (!/^-?\d+$/.test(text)) return undefined
  const value = BigInt(text)
  return value >= SMALLEST_INT64 && value <= LARGEST_INT64 ? value : undefined
}

function parseObject(data: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data.toString('utf8'))
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads the limits out of a metadata event's data. One value of the wrong type makes all of it void, and so does text
 * that is no JSON object; a number too small is void alone.
 */
export function parseLimits(data: Buffer): StreamLimits {
  const object = parseObject(data)
  if (!object) return NO_LIMITS
  const members = topLevel(data.toString('utf8'))
  const least = { $maxCount: 1n, $maxAge: 1n, $cacheControl: 1n, $tb: 0n }
  const values = new Map<string, bigint>()
  for (const [key, minimum] of Object.entries(least)) {
    const text = members.get(key)
    if (text === undefined) continue
    const value = int64(text)
    if (value === undefined) return NO_LIMITS
    if (value >= minimum) values.set(key, value)
  }
  const acl = aclOf(object.$acl)
  if ('$acl' in object && !acl) return NO_LIMITS
  const [maxCount, maxAge, tb] = ['$maxCount', '$maxAge', '$tb'].map(key => values.get(key))
  return {
    ...(maxCount === undefined ? {} : { maxCount: Number(maxCount) }),
    ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
    ...(tb === undefined ? {} : { truncateBefore: tb > 2n ** 53n ? Infinity : Number(tb) }),
    ...(tb === LARGEST_INT64 ? { deleted: true } : {}),
    ...(acl ? { acl } : {}),
  }
}

/**
 * The same metadata with another `$tb`; undefined where the data is no JSON object. All else stays byte for byte as its author
 * wrote it: numbers of many digits, the order and the spaces.
 */
export function withTruncateBefore(data: Buffer, revision: number): Buffer | undefined {
  if (!parseObject(data)) return undefined
  // A character a byte, so that bytes that are no UTF-8 are kept as well.
  const text = data.toString('latin1')
  const kept = membersOf(text).filter(({ key }) => key !== '$tb')
  const { before, after } = aroundMembers(text)
  const members = kept.map(({ from, to }) => `${text.slice(from, to)},`).join('')
  return Buffer.from(`${before}${members}"$tb":${revision}${after}`, 'latin1')
}

/** What stands around the members of an object: its braces, and the spaces outside them. */
function aroundMembers(text: string): { readonly before: string; readonly after: string } {
  return {
    before: text.slice(0, text.indexOf('{') + 1),
    after: text.slice(text.lastIndexOf('}')),
  }
}
