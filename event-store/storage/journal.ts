// The journal: what has been written since the tables were last brought to disk, so that a commit costs one flush.
//
// One file, written from its beginning again each time that the tables have taken over what it holds: what is behind
// the last entry is left of earlier rounds, and known by its lower numbers. An entry is one transaction:
//
//   0  "EVJ1"                              16  length of the records with their lengths, 32 bits
//   4  its number, 48 bits                 20  CRC-32 of all but these four bytes
//  10  the log's next position, 48 bits    24  the records, each behind its length of 32 bits
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { DamagedStore } from './errors.ts'

const MAGIC = Buffer.from('EVJ1')
const NUMBER_AT = 4
const NEXT_AT = 10
const LENGTH_AT = 16
const CRC_AT = 20
const RECORDS_AT = 24
/** What the file keeps when it begins anew: blocks that it has already are quicker to write than new ones. */
const KEPT_BYTES = 16 * 1024 * 1024

/** What one transaction wrote. */
export interface JournalEntry {
  readonly number: number
  /** Where the log goes on behind it. */
  readonly next: number
  readonly records: readonly Buffer[]
}

/** One store's journal, open for writing. */
export class Journal {
  readonly #file: number
  #number: number
  #end = 0
  #size = 0

  private constructor(file: number, number: number) {
    this.#file = file
    this.#number = number
  }

  /** Opens the file, to be written from its beginning; `number` is that of the last entry that the tables hold. */
  static open(path: string, number: number): Journal {
    const isNew = !existsSync(path)
    const journal = new Journal(openSync(path, constants.O_RDWR | constants.O_CREAT), number)
    // A new file is safe once its folder is; Windows knows no such thing.
    if (isNew && process.platform !== 'win32') flushFolder(dirname(path))
    return journal
  }

  /** The number of the last entry. */
  get number(): number {
    return this.#number
  }

  /** How much was written since the file was begun. */
  get bytes(): number {
    return this.#end
  }

  /** Writes an entry, which the next flush makes safe. Throws the system's error, and then has written nothing. */
  append(next: number, records: readonly Buffer[]): void {
    const entry = encodeEntry({ number: this.#number + 1, next, records })
    let done = 0
    while (done < entry.length) {
      done += writeSync(this.#file, entry, done, entry.length - done, this.#end + done)
    }
    this.#number++
    this.#end += entry.length
    this.#size = Math.max(this.#size, this.#end)
  }

  /** Has everything written so far on disk when it returns. Throws the system's error. */
  flush(): void {
    fdatasyncSync(this.#file)
  }

  /** The same without making anybody wait; nothing may be written until it is done. */
  flushAside(done: (error: Error | null) => void): void {
    fdatasync(this.#file, done)
  }

  /** Begins anew: the tables hold all that was written. */
  restart(): void {
    this.#end = 0
    if (this.#size <= KEPT_BYTES) return
    ftruncateSync(this.#file, KEPT_BYTES)
    this.#size = KEPT_BYTES
  }

  close(): void {
    closeSync(this.#file)
  }
}

/**
 * The entries of a file that follow the one that the tables hold last; those before it may stand there too. The end is
 * where no next entry is whole, as a killed process leaves it. Throws `DamagedStore` where one is missing that others
 * follow.
 */
export function readJournal(path: string, after: number): JournalEntry[] {
  if (!existsSync(path)) return []
  const bytes = readFileSync(path)
  const entries: JournalEntry[] = []
  let at = 0
  let last: number | undefined
  for (;;) {
    const entry = entryAt(bytes, at)
    if (!entry || (last === undefined ? entry.number > after + 1 : entry.number !== last + 1)) break
    if (entry.number > after) entries.push(entry)
    last = entry.number
    at += entryBytes(bytes, at)
  }
  const missing = Math.max(last ?? after, after) + 1
  if (goesOnBehind(bytes, missing)) {
    throw new DamagedStore(`${path} is damaged: entry ${missing} can't be read.`)
  }
  return entries
}

const entryBytes = (bytes: Buffer, at: number): number =>
  RECORDS_AT + bytes.readUInt32BE(at + LENGTH_AT)

/** An entry is written only once the one before it is safe: a whole one behind a broken one shows damage. */
function goesOnBehind(bytes: Buffer, number: number): boolean {
  for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    if ((entryAt(bytes, at)?.number ?? 0) > number) return true
  }
  return false
}

function encodeEntry({ number, next, records }: JournalEntry): Buffer {
  let length = 0
  for (const record of records) length += 4 + record.length
  const entry = Buffer.allocUnsafe(RECORDS_AT + length)
  MAGIC.copy(entry)
  entry.writeUIntBE(number, NUMBER_AT, 6)
  entry.writeUIntBE(next, NEXT_AT, 6)
  entry.writeUInt32BE(length, LENGTH_AT)
  let at = RECORDS_AT
  for (const record of records) {
    entry.writeUInt32BE(record.length, at)
    at += 4 + record.copy(entry, at + 4)
  }
  entry.writeUInt32BE(checksum(entry), CRC_AT)
  return entry
}

const checksum = (entry: Buffer): number =>
  crc32(entry.subarray(RECORDS_AT), crc32(entry.subarray(0, CRC_AT)))

/** The entry that begins at a place of the file, if a whole one does. */
function entryAt(bytes: Buffer, at: number): JournalEntry | undefined {
  if (at + RECORDS_AT > bytes.length || !bytes.subarray(at, at + MAGIC.length).equals(MAGIC)) {
    return undefined
  }
  const end = at + entryBytes(bytes, at)
  const entry = bytes.subarray(at, end)
  if (end > bytes.length || checksum(entry) !== entry.readUInt32BE(CRC_AT)) return undefined
  const records: Buffer[] = []
  for (let place = RECORDS_AT; place < entry.length; ) {
    const start = place + 4
    place = start + entry.readUInt32BE(place)
    records.push(entry.subarray(start, place))
  }
  return {
    number: entry.readUIntBE(NUMBER_AT, 6),
    next: entry.readUIntBE(NEXT_AT, 6),
    records,
  }
}

function flushFolder(path: string): void {
  const folder = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
