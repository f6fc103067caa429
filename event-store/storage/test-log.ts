// Logs in folders of their own, for tests of the storage, and words for what such tests do with them.
import { randomBytes, randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type NewEvent, positionOf, revisionOf } from '../protocol/recorded-event.ts'
import { Log, type LogOptions } from './log.ts'

export interface Logs {
  /** A folder for everything. */
  readonly root: () => string
  readonly folder: (name: string) => string
  /** Opens the log of a folder, which is made if it is missing. */
  readonly open: (name: string, options?: Partial<LogOptions>) => Log
  readonly close: (log: Log) => Promise<void>
  /** The files of one folder as a kill at this moment would leave them, in another. */
  readonly kill: (from: string, to: string) => void
}

/** Gives each test a folder, and closes afterwards what it left open. */
export function useLogs(): Logs {
  let root = ''
  let logs: Log[] = []
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'event-store-log-'))
    logs = []
  })
  afterEach(async () => {
    for (const log of logs) await log.close()
    rmSync(root, { recursive: true, force: true })
  })
  const folder = (name: string): string => join(root, name)
  return {
    root: () => root,
    folder,
    open(name, options = {}) {
      mkdirSync(folder(name), { recursive: true })
      const log = Log.open({ dir: folder(name), durable: true, now: Date.now, ...options })
      logs.push(log)
      return log
    },
    async close(log) {
      logs = logs.filter(other => other !== log)
      await log.close()
    },
    kill: (from, to) => cpSync(folder(from), folder(to), { recursive: true }),
  }
}

export const newEvent = (bytes = 2, id = Buffer.from(randomUUID())): NewEvent => ({
  id,
  type: Buffer.from('t'),
  isJson: false,
  data: randomBytes(bytes),
  customMetadata: Buffer.alloc(0),
})

export const headOf = (log: Log, name: string): number => {
  const number = log.streamNumber(name)
  return number === undefined ? -1 : log.streamEnd(number).head
}

/** Within a transaction: puts events behind the last one of a stream. */
export function add(log: Log, name: string, events: readonly NewEvent[]): void {
  const number = log.streamNumber(name) ?? log.createStream(name)
  const { head } = log.streamEnd(number)
  for (const [i, event] of events.entries()) log.append({ name, number }, head + 1 + i, event)
}

/** Appends so many events to a stream in one transaction. */
export function append(log: Log, name: string, count = 1, bytes = 2): NewEvent[] {
  const events = Array.from({ length: count }, () => newEvent(bytes))
  log.transaction(() => add(log, name, events))
  return events
}

/** A stream's events, from the first that is left to the last. */
export function readWhole(log: Log, name: string): Buffer[] {
  const number = log.streamNumber(name)
  if (number === undefined) return []
  const records: Buffer[] = []
  let from = 0
  const { head } = log.streamEnd(number)
  while (from <= head) {
    const page = log.readStream(number, { from, to: head, limit: 100 })
    if (page.length === 0) break
    records.push(...page)
    from = revisionOf(page.at(-1) as Buffer) + 1
  }
  return records
}

/** What tells a record from all others: where it stands, and its checksum. */
export const told = (record: Buffer): string =>
  `${positionOf(record)}:${record.toString('hex', 0, 4)}`

/** Everything that a log gives. */
export function allOf(log: Log, isWanted: (record: Buffer) => boolean = () => true): string[] {
  const records: string[] = []
  log.scanAll({ from: 0, backwards: false, limit: Number.POSITIVE_INFINITY }, record => {
    if (isWanted(record)) records.push(told(record))
  })
  return records
}
