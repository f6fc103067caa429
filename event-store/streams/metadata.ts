// What a stream's metadata says about its events: how many are shown, for how long, from where on, and to whom.
import { type Acl, aclOf } from './acl.ts'

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

/** The members of a JSON object as text: of equal keys the last, nested values left out of the result's keys. */
function topLevel(json: string): Map<string, string> {
  const members = new Map<string, string>()
  let depth = 0
  let key: string | undefined
  let value = ''
  for (const [token] of json.matchAll(TOKENS)) {
    const closes = token === '}' || token === ']'
    if (depth === 1 && key !== undefined && (token === ',' || closes)) {
      members.set(JSON.parse(key) as string, value)
      key = undefined
    } else if (depth === 1 && key === undefined && token.startsWith('"')) {
      key = token
      value = ''
    } else if (depth >= 1 && key !== undefined && !(depth === 1 && token === ':' && value === '')) {
      value += token
    }
    if (token === '{' || token === '[') depth++
    else if (closes) depth--
  }
  return members
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

/** The same metadata with another `$tb`; undefined where the data is no JSON object. */
export function withTruncateBefore(data: Buffer, revision: number): Buffer | undefined {
  const object = parseObject(data)
  if (!object) return undefined
  const { $tb: _, ...rest } = object
  return Buffer.from(JSON.stringify({ ...rest, $tb: revision }))
}
