// What a kill leaves behind, at whatever moment: all that was acknowledged, nothing half, and what is missing is named.
import {
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { positionOf } from '../protocol/recorded-event.ts'
import type { Log } from './log.ts'
import { segmentName } from './segment-file.ts'
import { add, allOf, append, headOf, newEvent, readWhole, useLogs } from './test-log.ts'

const logs = useLogs()
const SMALL = { segmentBytes: 3_000, runEvents: 10 }

/** The file that is added to. */
function lastFile(name: string): string {
  const folder = join(logs.folder(name), 'log')
  return join(folder, readdirSync(folder).sort().at(-1) as string)
}

/** Where in that file the last commit ends. */
const endOf = (log: Log): number => log.files.segments.last.entriesEnd

test('killed again and again without a clean stop, it goes on where it was', () => {
  let name = 'it'
  for (let run = 1; run <= 6; run++) {
    const log = logs.open(name, SMALL)
    expect(headOf(log, 's')).toBe((run - 1) * 5 - 1)
    append(log, 's', 3, 400)
    log.maintain()
    append(log, 's', 2, 400)
    logs.kill(name, `copy-${run}`)
    name = `copy-${run}`
  }
  expect(readWhole(logs.open(name, SMALL), 's')).toHaveLength(30)
})

test('killed within a commit, it has the commits before and nothing of that one', () => {
  const log = logs.open('it')
  append(log, 's', 2, 100)
  const before = endOf(log)
  log.transaction(() => {
    add(log, 's', [newEvent(100), newEvent(100)])
    log.putSetting('place', 'größer')
    add(log, 'other', [newEvent(100)])
  })
  const after = endOf(log)
  for (let bytes = before; bytes < after; bytes += 13) {
    const name = `cut-${bytes}`
    logs.kill('it', name)
    truncateSync(lastFile(name), bytes)
    const cut = logs.open(name)
    expect([headOf(cut, 's'), headOf(cut, 'other'), cut.setting('place')]).toEqual([
      1,
      -1,
      undefined,
    ])
    const end = cut.lastPosition
    append(cut, 'other')
    expect(cut.lastPosition).toBeGreaterThan(end)
  }
  logs.kill('it', 'whole')
  const whole = logs.open('whole')
  expect([headOf(whole, 's'), headOf(whole, 'other'), whole.setting('place')]).toEqual([
    3,
    0,
    'größer',
  ])
})

test('of the last commit, any part may have come to disk without the rest', () => {
  const log = logs.open('it')
  append(log, 's', 3, 100)
  const before = endOf(log)
  append(log, 's', 5, 600)
  const whole = readFileSync(lastFile('it')).subarray(0, endOf(log))
  fc.assert(
    fc.property(fc.nat(whole.length - before - 1), fc.nat(2_000), (from, length) => {
      const bytes = Buffer.from(whole)
      bytes.fill(0, before + from, Math.min(before + from + length + 1, bytes.length))
      fc.pre(!bytes.equals(whole))
      const name = `torn-${from}-${length}`
      logs.kill('it', name)
      writeFileSync(lastFile(name), bytes)
      expect(headOf(logs.open(name), 's')).toBe(2)
    }),
    { numRuns: 40 },
  )
})

test('damage in a commit that others follow is named, not taken for the end', () => {
  const log = logs.open('it')
  const places: number[] = []
  for (let i = 0; i < 6; i++) {
    places.push(endOf(log))
    append(log, 's', 1 + (i % 2), 50)
  }
  for (const [i, place] of places.slice(0, -1).entries()) {
    const name = `copy-${i}`
    logs.kill('it', name)
    const bytes = readFileSync(lastFile(name))
    bytes[place + 30] = (bytes[place + 30] as number) ^ 4
    writeFileSync(lastFile(name), bytes)
    expect(() => logs.open(name)).toThrow(/The record at position \d+ is damaged/)
  }
})

test('an end that was there at a clean stop, and is not now, is named', async () => {
  const log = logs.open('it')
  append(log, 's', 3)
  await logs.close(log)
  const bytes = readFileSync(lastFile('it'))
  writeFileSync(lastFile('it'), bytes.subarray(0, -10))
  expect(() => logs.open('it')).toThrow('has lost its end')
  bytes[bytes.length - 4] = (bytes[bytes.length - 4] as number) ^ 1
  writeFileSync(lastFile('it'), bytes)
  expect(() => logs.open('it')).toThrow(/The record at position \d+ is damaged/)
})

test('a file that is missing between others is named', async () => {
  const log = logs.open('it', SMALL)
  for (let i = 0; i < 20; i++) {
    append(log, 's', 1, 600)
    log.maintain()
  }
  await logs.close(log)
  const folder = join(logs.folder('it'), 'log')
  rmSync(join(folder, readdirSync(folder).sort()[2] as string))
  expect(() => logs.open('it', SMALL)).toThrow(/positions \d+ to \d+ are missing/)
})

const contentOf = (log: Log) => ({
  all: allOf(log),
  streams: ['a', 'b', 'c'].map(name => readWhole(log, name).map(positionOf)),
  setting: log.setting('place'),
})

test('killed at any moment of rolling, running and merging, it has it all, with its index or without', async () => {
  const log = logs.open('it', SMALL)
  for (let i = 0; i < 60; i++) {
    log.transaction(() => {
      add(log, ['a', 'b', 'c'][i % 3] as string, [newEvent(200), newEvent(200)])
      log.putSetting('place', String(i))
    })
    log.maintain()
    if (i % 7 === 0) await new Promise(setImmediate)
    if (i % 10 !== 3) continue
    const content = contentOf(log)
    logs.kill('it', `copy-${i}`)
    cpSync(join(logs.folder(`copy-${i}`), 'log'), join(logs.folder(`bare-${i}`), 'log'), {
      recursive: true,
    })
    writeFileSync(join(logs.folder(`bare-${i}`), 'format'), '3\n')
    for (const name of [`copy-${i}`, `bare-${i}`]) {
      const copy = logs.open(name, SMALL)
      expect(contentOf(copy)).toEqual(content)
      append(copy, 'a', 3)
      expect(headOf(copy, 'a')).toBe((content.streams[0] as number[]).length + 2)
    }
  }
})

test.skipIf(process.platform !== 'linux')(
  'a disk that is full just when the next file is begun leaves nothing that the next start trips over',
  () => {
    const log = logs.open('it', SMALL)
    append(log, 'a', 10, 600)
    const { last } = log.files.segments
    // Whatever is written there fails for want of room.
    symlinkSync('/dev/full', join(logs.folder('it'), 'log', segmentName(last.end)))
    log.maintain()
    expect(log.files.segments.last).toBe(last)
    append(log, 'a', 2, 600)
    logs.kill('it', 'copy')
    expect(headOf(logs.open('copy', SMALL), 'a')).toBe(11)
    log.maintain()
    expect(log.files.segments.last).not.toBe(last)
    expect(readWhole(log, 'a')).toHaveLength(12)
  },
)
