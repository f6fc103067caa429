// What a kill leaves behind: tables of some time ago, and a journal with what they miss.
import { randomUUID } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NewEvent } from '../protocol/recorded-event.ts'
import { RUN_LENGTH } from './id-runs.ts'
import { readJournal } from './journal.ts'
import { Log } from './log.ts'

let root: string
let logs: Log[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'event-store-journal-'))
  logs = []
  mkdirSync(join(root, 'live'))
})
afterEach(async () => {
  for (const log of logs) await log.close()
  rmSync(root, { recursive: true, force: true })
})

function open(name: string): Log {
  const log = Log.open({ dir: join(root, name), durable: true, now: Date.now })
  logs.push(log)
  return log
}

/** The files as a kill at this moment would leave them. */
function kill(copy: string): string {
  cpSync(join(root, 'live'), join(root, copy), { recursive: true })
  return join(root, copy, 'journal')
}

const newEvent = (id = Buffer.from(randomUUID())): NewEvent => ({
  id,
  type: Buffer.from('t'),
  isJson: true,
  data: Buffer.from('{}'),
  customMetadata: Buffer.alloc(0),
})

function append(log: Log, name: string, count = 1): NewEvent[] {
  const events = Array.from({ length: count }, () => newEvent())
  log.transaction(() => {
    const number = log.streamNumber(name) ?? log.createStream(name)
    const { head } = log.streamEnd(number)
    events.forEach((event, i) => {
      log.append({ name, number }, head + 1 + i, event)
    })
  })
  return events
}

const headOf = (log: Log, name: string): number => {
  const number = log.streamNumber(name)
  return number === undefined ? -1 : log.streamEnd(number).head
}

test('what the tables had not taken over is there after a kill, and the log goes on behind it', () => {
  const live = open('live')
  append(live, 'before', 2)
  live.checkpoint()
  append(live, 'before', 3)
  const [event] = append(live, 'after')
  kill('copy')
  const copy = open('copy')
  expect([headOf(copy, 'before'), headOf(copy, 'after')]).toEqual([4, 0])
  expect(copy.eventById((event as NewEvent).id)).toBeDefined()
  expect(copy.lastPosition).toBe(live.lastPosition)
  append(copy, 'after')
  expect(copy.lastPosition).toBeGreaterThan(live.lastPosition)
  expect(headOf(copy, 'after')).toBe(1)
})

test('killed again and again without a clean stop, with checkpoints between', () => {
  let name = 'live'
  for (let run = 1; run <= 4; run++) {
    const log = open(name)
    expect(headOf(log, 's')).toBe((run - 1) * 5 - 1)
    append(log, 's', 3)
    if (run % 2 === 0) log.checkpoint()
    append(log, 's', 2)
    cpSync(join(root, name), join(root, `copy-${run}`), { recursive: true })
    name = `copy-${run}`
  }
})

test('ids of more events than one run are known again', () => {
  const live = open('live')
  const events = append(live, 's', RUN_LENGTH + 10)
  kill('copy')
  const copy = open('copy')
  for (const at of [0, RUN_LENGTH - 1, RUN_LENGTH, RUN_LENGTH + 9]) {
    expect(copy.eventById((events[at] as NewEvent).id)).toBeDefined()
  }
})

test('an entry that was cut short, or written half, is none', () => {
  const live = open('live')
  append(live, 's')
  const journal = kill('cut')
  const whole = readJournal(journal, 0).length
  append(live, 's')
  const longer = kill('half')
  truncateSync(longer, readFileSync(longer).length - 3)
  expect(headOf(open('half'), 's')).toBe(0)
  const bytes = Buffer.from(readFileSync(journal))
  writeFileSync(journal, Buffer.concat([bytes, readFileSync(longer).subarray(bytes.length, -40)]))
  expect(readJournal(journal, 0)).toHaveLength(whole)
  expect(headOf(open('cut'), 's')).toBe(0)
})

test('an entry that is damaged while others follow it is named', () => {
  const live = open('live')
  for (let i = 0; i < 5; i++) append(live, 's')
  const journal = kill('copy')
  const bytes = readFileSync(journal)
  const at = Math.floor(bytes.length / 2)
  bytes[at] = (bytes[at] as number) ^ 1
  writeFileSync(journal, bytes)
  expect(() => open('copy')).toThrow(/journal is damaged: entry \d can't be read/)
})

test('what an emptied store held does not come back from the journal', () => {
  const live = open('live')
  append(live, 's', 3)
  live.clear()
  kill('copy')
  expect(headOf(open('copy'), 's')).toBe(-1)
})

test('a setting is there after a kill with the events of its transaction, or not at all', () => {
  const live = open('live')
  live.transaction(() => live.putSetting('place', 'one'))
  live.transaction(() => {
    live.putSetting('place', 'größer')
    live.append({ name: 's', number: live.createStream('s') }, 0, newEvent())
  })
  const journal = kill('whole')
  const whole = open('whole')
  expect([whole.setting('place'), headOf(whole, 's')]).toEqual(['größer', 0])
  truncateSync(kill('cut'), readFileSync(journal).length - 1)
  const cut = open('cut')
  expect([cut.setting('place'), headOf(cut, 's')]).toEqual(['one', -1])
  live.clear()
  expect(live.setting('place')).toBeUndefined()
})
