// Verifying looks at all of a store: at files that the start does not look at, and at what lies behind damage.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { revisionOf } from '../protocol/recorded-event.ts'
import type { Log } from './log.ts'
import { append, useLogs } from './test-log.ts'
import { verifyLog } from './verify-log.ts'

const logs = useLogs()
const SMALL = { segmentBytes: 200_000, runEvents: 100 }

async function fill(): Promise<Log> {
  const log = logs.open('it', SMALL)
  for (let i = 0; i < 90; i++) {
    append(log, `s-${i % 5}`, 10, 700)
    log.maintain()
    await log.files.index.settled()
  }
  return log
}

/** Flips a bit in the middle of a file. */
function damage(folder: string, file: string): void {
  const path = join(logs.folder('it'), folder, file)
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.length / 2)
  bytes[at] = (bytes[at] as number) ^ 8
  writeFileSync(path, bytes)
}

test('a store that is sound is counted, and progress is told', async () => {
  const log = await fill()
  const seen: number[] = []
  const verdict = await verifyLog(log, bytes => seen.push(bytes))
  expect(verdict).toMatchObject({ events: 900, streams: 5, faults: [], moreFaults: 0 })
  expect(verdict.bytes).toBeGreaterThan(600_000)
  expect(seen.length).toBeGreaterThan(2)
})

test('so is one that was scavenged', async () => {
  const log = await fill()
  await log.scavenge(record => revisionOf(record) >= 100, new AbortController().signal)
  expect((await verifyLog(log)).faults).toEqual([])
})

test('damage in several files is all named, and what lies behind it is looked at', async () => {
  await logs.close(await fill())
  const files = readdirSync(join(logs.folder('it'), 'log')).sort()
  for (const file of files.slice(0, 2)) damage('log', file)
  const { events, faults } = await verifyLog(logs.open('it', SMALL))
  expect(faults).toHaveLength(2)
  for (const fault of faults) expect(fault).toMatch(/The record at position \d+ is damaged/)
  expect(events).toBeGreaterThan(600)
  expect(events).toBeLessThan(900)
})

test('damage in the index is named', async () => {
  await logs.close(await fill())
  const places = readdirSync(join(logs.folder('it'), 'index')).find(file => file.startsWith('pl'))
  damage('index', places as string)
  const { events, faults } = await verifyLog(logs.open('it', SMALL))
  // A damaged filter or list of keys is found when the file is opened, and the index made anew.
  if (faults.length > 0) expect(faults[0]).toMatch(/The index is damaged \(places-\d+\.run\)/)
  expect(events).toBe(900)
})
