// The tables of a store, and how LMDB is told to keep them.
import { type Database, open, type RootDatabase } from 'lmdb'

/** Address space kept for the file to grow into; it takes neither memory nor disk. */
const MAP_BYTES = 2 ** 40

export type Table = Database<Buffer, Buffer>

export interface Tables {
  readonly env: RootDatabase
  /** Records by position. */
  readonly records: Table
  /** Positions by stream and revision. */
  readonly revisions: Table
  /** Numbers of streams by name. */
  readonly streams: Table
  /** Positions by id, in runs. */
  readonly ids: Table
  readonly meta: Table
}

/** The bytes of a value where the library has just put them, instead of a copy. */
const viewOf = (bytes: Buffer, length: number): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, length)

/** The library's types don't know that a table may have an encoder. */
const RECORDS = {
  name: 'records',
  encoding: 'binary',
  keyEncoding: 'binary',
  encoder: { encode: (record: Buffer): Buffer => record, decode: viewOf },
} as const

/**
 * Opens the tables of a folder, making those that are missing. Values of `records` that a range gives are good only
 * until the next call.
 */
export function openTables(path: string, durable: boolean): Tables {
  const env = open({
    path,
    // A commit returns after its pages and its root are on disk, in this order.
    overlappingSync: false,
    noSync: !durable,
    maxDbs: 16,
    eventTurnBatching: false,
    ...(process.platform === 'win32' ? {} : { mapSize: MAP_BYTES }),
  })
  const table = (name: string): Table =>
    env.openDB({ name, encoding: 'binary', keyEncoding: 'binary' })
  return {
    env,
    records: env.openDB<Buffer, Buffer>(RECORDS),
    revisions: table('revisions'),
    streams: table('streams'),
    ids: table('ids'),
    meta: table('meta'),
  }
}
