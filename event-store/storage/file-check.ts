// Looks at a store's file before LMDB maps it: a file that is none, or is cut short, would end the whole process.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'

/** Where LMDB's two meta pages hold what is checked, in its 64-bit format 2. */
const MAGIC_AT = 24
const MAGIC = 0xbeefc0de
const PAGE_SIZE_AT = 48
const LAST_PAGE_AT = 144
const TRANSACTION_AT = 152
const META_BYTES = 160
const SMALLEST_PAGE = 256
const LARGEST_PAGE = 65_536

interface Meta {
  readonly pageSize: number
  readonly lastPage: number
  readonly transaction: bigint
}

function readMeta(file: number, at: number): Meta | undefined {
  const bytes = Buffer.alloc(META_BYTES)
  const length = readSync(file, bytes, 0, META_BYTES, at)
  if (length < META_BYTES || bytes.readUInt32LE(MAGIC_AT) !== MAGIC) return undefined
  return {
    pageSize: bytes.readUInt32LE(PAGE_SIZE_AT),
    lastPage: Number(bytes.readBigUInt64LE(LAST_PAGE_AT)),
    transaction: bytes.readBigUInt64LE(TRANSACTION_AT),
  }
}

/** What is wrong with the store's file in a folder; undefined when nothing is, or there is no file yet. */
export function faultOf(dir: string): string | undefined {
  const path = join(dir, 'data.mdb')
  if (endianness() !== 'LE' || !existsSync(path)) return undefined
  const { size } = statSync(path)
  if (size === 0) return undefined
  const file = openSync(path, 'r')
  try {
    const first = readMeta(file, 0)
    if (!first) return `${path} is not a store.`
    const { pageSize } = first
    if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE)
      return `${path} is damaged at its head.`
    const second = readMeta(file, pageSize)
    const newest = second && second.transaction > first.transaction ? second : first
    const needed = (newest.lastPage + 1) * pageSize
    return size < needed ? `${path} is cut short: ${size} of ${needed} bytes are left.` : undefined
  } finally {
    closeSync(file)
  }
}
