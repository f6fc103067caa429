// The tables of a store, and how LMDB is told to keep them.
import { type Database, open, type RootDatabase } from 'lmdb'

/** Address space kept for the file to grow into; it takes neither memory nor disk. */
const MAP_BYTES = 2 ** 40

export type Table = Database<Buffer, Buffer>

/** After `reopen` they are others: whoever keeps a store's tables keeps this, and asks it for them each time. */
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
  /**
   * Closes the files and opens those of a folder instead, or the same again: what was mapped into memory is let go of.
   * No transaction may be open, and nothing else be at work on the files.
   */
  reopen(path: string): void
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

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const

function openEnvironment(path: string, durable: boolean): RootDatabase {
  return open({
    path,
    // A commit returns after its pages and its root are on disk, in this order.
    overlappingSync: false,
    noSync: !durable,
    maxDbs: 16,
    eventTurnBatching: false,
    ...(process.platform === 'win32' ? {} : { mapSize: MAP_BYTES }),
  })
}

/**
 * The tables of a folder, made where they are missing. Values of `records` that a range gives are good only until the
 * next call.
 */
class OpenTables implements Tables {
  readonly #durable: boolean
  env!: RootDatabase
  records!: Table
  revisions!: Table
  streams!: Table
  ids!: Table
  meta!: Table

  constructor(path: string, durable: boolean) {
    this.#durable = durable
    this.#open(path)
  }

  reopen(path: string): void {
    // Where no write is under way the library closes at once, and promises only what is over by then.
    void this.env.close()
    this.#open(path)
  }

  #open(path: string): void {
    const env = openEnvironment(path, this.#durable)
    const table = (name: string): Table => env.openDB({ name, ...BINARY })
    this.env = env
    this.records = env.openDB<Buffer, Buffer>(RECORDS)
    this.revisions = table('revisions')
    this.streams = table('streams')
    this.ids = table('ids')
    this.meta = table('meta')
  }
}

/** Opens the tables of a folder, making those that are missing. */
export const openTables = (path: string, durable: boolean): Tables => new OpenTables(path, durable)
