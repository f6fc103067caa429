// Makes what is written safe: in the journal at once, in the tables from time to time.
//
// The tables' own commit costs two flushes and rewrites every page on the way to what was changed; an entry in the
// journal costs one. So the tables' transaction stays open, readable for all, until enough has come together or some
// time has passed. Killed before that, the store finds in the journal what its tables miss.
import { join } from 'node:path'
import { DamagedStore, StoreFull } from './errors.ts'
import { Journal, type JournalEntry, readJournal } from './journal.ts'
import { OpenTransaction } from './open-transaction.ts'
import type { Tables } from './tables.ts'

/** The tables are brought to disk when so much was written; a start after a kill does as much again. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024
/** Or when they may take so much of the disk. */
const CHECKPOINT_PENDING_BYTES = 64 * 1024 * 1024
/** Or so long after the first write. */
const CHECKPOINT_MS = 500
/** What must stay free on the disk besides what is written: the trees' own pages and what is freed only later. */
const SPARE_BYTES = 4 * 1024 * 1024
/** At worst each record has a page of its own rewritten in two trees. */
const INDEX_BYTES_A_RECORD = 2 * 4096
/** Where the tables say which entry of the journal is the last that they hold. */
const LAST_ENTRY = Buffer.from('journal')
/** What the system says when the disk, the account or the file may take no more. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export interface TransactionsOptions {
  readonly dir: string
  /** Without, there is no journal. */
  readonly durable: boolean
  /** Bytes that the disk has room for. */
  readonly freeBytes: () => number
  /** Called with what the tables miss, to be put into them; they hold the rest. */
  readonly restore: (entries: readonly JournalEntry[]) => void
}

/** One store's transactions: each is whole or not at all, and safe after the next flush. */
export class Transactions {
  readonly #tables: Tables
  readonly #options: TransactionsOptions
  readonly #path: string
  readonly #open: OpenTransaction
  readonly #journal: Journal | undefined
  #bytes = 0
  /** At worst, what the tables' next commit takes of the disk. */
  #pendingBytes = 0
  #timer: NodeJS.Timeout | undefined
  #broken: DamagedStore | undefined
  #isJournalHeld = false
  #isFlushing = false
  #whenFlushed = (): void => {}

  /** Restores what the journal holds and the tables don't. Throws `DamagedStore`. */
  constructor(tables: Tables, options: TransactionsOptions) {
    this.#tables = tables
    this.#options = options
    this.#path = join(options.dir, 'journal')
    this.#open = new OpenTransaction(tables)
    const restored = this.#restore()
    if (!options.durable) return
    this.#journal = Journal.open(this.#path, this.#lastEntryOfTables() + restored)
    this.checkpoint()
  }

  /** What keeps the store from being used until it is opened again. */
  get broken(): DamagedStore | undefined {
    return this.#broken
  }

  /**
   * Runs an action that writes to the tables and says what it wrote. If it throws, or there is no room for it, nothing
   * of it was written.
   */
  run(action: () => Pick<JournalEntry, 'next' | 'records'>): void {
    if (this.#broken) throw this.#broken
    this.#makeSureOfRoom(0)
    let bytes = 0
    let pending = 0
    this.#open.do(() => {
      const { next, records } = action()
      for (const record of records) bytes += record.length
      pending = bytes + records.length * INDEX_BYTES_A_RECORD
      this.#makeSureOfRoom(pending)
      this.#writeToJournal(next, records)
    })
    this.#bytes += bytes
    this.#pendingBytes += pending
    this.#timer ??= setTimeout(() => this.#checkpointInTime(), CHECKPOINT_MS).unref()
  }

  /** Has all that was run on disk when it returns. */
  flush(): void {
    try {
      this.#journal?.flush()
    } catch (error) {
      throw this.#break('The last write was not brought to disk', error)
    }
  }

  /** The same without making anybody wait; nothing may be run until it is done. */
  flushAside(done: (error?: Error) => void): void {
    if (!this.#journal) {
      done()
      return
    }
    this.#isFlushing = true
    this.#journal.flushAside(error => {
      this.#isFlushing = false
      this.#whenFlushed()
      done(error ? this.#break('The last write was not brought to disk', error) : undefined)
    })
  }

  /** Whether it is time for a checkpoint. */
  get isCheckpointDue(): boolean {
    return this.#bytes >= CHECKPOINT_BYTES || this.#pendingBytes >= CHECKPOINT_PENDING_BYTES
  }

  /** Brings the tables to disk with all that was run. Throws `StoreFull`. */
  checkpoint(): void {
    if (this.#broken) throw this.#broken
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#open.isOpen) return
    try {
      this.#commitTables()
    } catch (error) {
      this.#recover(error)
      throw new StoreFull(`The tables can't be written: ${(error as Error).message}`, {
        cause: error,
      })
    }
    this.#bytes = 0
    this.#pendingBytes = 0
    if (!this.#isJournalHeld) this.#journal?.restart()
  }

  /**
   * Brings the tables to disk, and from then on lets the journal grow: with it, a copy of the tables made from now on
   * can be brought up to date. Returns what ends that.
   */
  holdJournal(): () => void {
    this.checkpoint()
    this.#isJournalHeld = true
    return () => {
      this.#isJournalHeld = false
    }
  }

  /**
   * Lets go of the tables, which others take over: whoever has the journal has all that was run. Returns what closes
   * the journal's file, once nothing is on its way there.
   */
  abandon(): () => void {
    this.flush()
    clearTimeout(this.#timer)
    this.#open.abort()
    const close = (): void => this.#journal?.close()
    return () => {
      if (this.#isFlushing) this.#whenFlushed = close
      else close()
    }
  }

  /** Brings the tables to disk and opens them anew, to let go of the memory that they take. */
  reopenTables(): void {
    this.checkpoint()
    try {
      this.#tables.reopen(this.#options.dir)
    } catch (error) {
      throw this.#break("The tables can't be opened again", error)
    }
  }

  /** Does something with the tables that the journal knows nothing of; it is on disk when this returns. */
  runAlone(action: () => void): void {
    this.checkpoint()
    this.#tables.env.transactionSync(() => {
      action()
      this.#writeLastEntry()
    })
  }

  /** Brings everything into the tables and closes the journal. */
  close(): void {
    try {
      if (!this.#broken) this.checkpoint()
    } finally {
      clearTimeout(this.#timer)
      this.#open.abort()
      this.#journal?.close()
    }
  }

  #commitTables(): void {
    this.#open.do(() => this.#writeLastEntry())
    this.#open.commit()
  }

  #writeLastEntry(): void {
    if (!this.#journal) return
    this.#tables.meta.putSync(LAST_ENTRY, Buffer.from(String(this.#journal.number)))
  }

  #lastEntryOfTables(): number {
    return Number(this.#tables.meta.getBinary(LAST_ENTRY)?.toString() ?? 0)
  }

  #checkpointInTime(): void {
    try {
      this.checkpoint()
    } catch {
      // The journal still has it all, and the next write tries again.
    }
  }

  /** After a commit of the tables that failed, what they have lost by it is in the journal. */
  #recover(error: unknown): void {
    try {
      if (!this.#journal) throw error
      this.#restore()
    } catch (cause) {
      throw this.#break('The tables can not be written', cause)
    }
  }

  #restore(): number {
    const entries = this.#options.durable ? readJournal(this.#path, this.#lastEntryOfTables()) : []
    if (entries.length === 0) this.#options.restore([])
    else this.#open.do(() => this.#options.restore(entries))
    return entries.length
  }

  #writeToJournal(next: number, records: readonly Buffer[]): void {
    try {
      this.#journal?.append(next, records)
    } catch (error) {
      throw NO_ROOM.has((error as NodeJS.ErrnoException).code ?? '') ? this.#full(error) : error
    }
  }

  /** Refuses what might not fit on the disk before anything of it is written there. */
  #makeSureOfRoom(bytes: number): void {
    if (this.#hasRoomFor(bytes)) return
    // Only what is not yet in the tables is reckoned at its worst.
    if (bytes === 0) this.checkpoint()
    if (!this.#hasRoomFor(bytes)) throw this.#full()
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#options.freeBytes() >= SPARE_BYTES + this.#pendingBytes + bytes
  }

  #full(cause?: unknown): StoreFull {
    return new StoreFull(`There is no room left in ${this.#options.dir}.`, { cause })
  }

  #break(words: string, cause: unknown): DamagedStore {
    this.#broken = new DamagedStore(`${words}, restart the server: ${(cause as Error).message}`, {
      cause,
    })
    return this.#broken
  }
}
