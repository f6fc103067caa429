// A copy of a store that is written to holds all that was acknowledged before it was begun, whatever moves meanwhile.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { revisionOf } from '../protocol/recorded-event.ts'
import { copyStore } from './copy-store.ts'
import type { Log } from './log.ts'
import { allOf, append, headOf, readWhole, useLogs } from './test-log.ts'

const logs = useLogs()
const SMALL = { segmentBytes: 25_000, runEvents: 80 }

test('the copy is the store, with its index', async () => {
  const log = logs.open('it', SMALL)
  for (let i = 0; i < 30; i++) {
    append(log, `s-${i % 4}`, 5, 200)
    log.maintain()
  }
  log.transaction(() => log.putSetting('place', 'here'))
  await log.files.index.settled()
  const seen: number[] = []
  await copyStore(logs.folder('it'), logs.folder('copy'), files => seen.push(files))
  expect(seen.length).toBeGreaterThan(2)
  const copy = logs.open('copy', SMALL)
  expect(allOf(copy)).toEqual(allOf(log))
  expect(copy.setting('place')).toBe('here')
  expect(copy.files.index.opened?.through).toBeGreaterThan(1)
})

test('beside writers, a scavenge and merges it has what was acknowledged before, and nothing half', async () => {
  const log = logs.open('it', SMALL)
  const never = new AbortController().signal
  for (let i = 0; i < 60; i++) {
    append(log, 'a', 3, 300)
    append(log, 'b', 1, 300)
    log.maintain()
  }
  for (let round = 0; round < 3; round++) {
    const [a, b] = [headOf(log, 'a'), headOf(log, 'b')]
    let isOver = false
    const copying = copyStore(logs.folder('it'), logs.folder(`copy-${round}`)).finally(() => {
      isOver = true
    })
    const scavenging = log.scavenge(record => revisionOf(record) >= round * 10, never)
    // Not without an end: what is written is to be copied, too, and merges make a copy begin anew.
    for (let written = 0; !isOver && written < 150; written++) {
      append(log, 'a', 3, 300)
      append(log, 'b', 1, 300)
      log.maintain()
      await new Promise(setImmediate)
    }
    await Promise.all([copying, scavenging])
    const copy = logs.open(`copy-${round}`, SMALL)
    expect(headOf(copy, 'a')).toBeGreaterThanOrEqual(a)
    expect(headOf(copy, 'b')).toBeGreaterThanOrEqual(b)
    expect((headOf(copy, 'a') + 1) % 3).toBe(0)
    const last = readWhole(copy, 'a').at(-1) as Buffer
    expect(revisionOf(last)).toBe(headOf(copy, 'a'))
    const isKept = (record: Buffer) => revisionOf(record) >= round * 10
    const known = new Set(allOf(log))
    for (const record of allOf(copy, isKept)) expect(known).toContain(record)
    await logs.close(copy)
  }
})

/** The file that is added to, and its bytes up to the end of the last commit. */
function lastFile(name: string, log: Log): { path: string; bytes: Buffer } {
  const { path, entriesEnd } = log.files.segments.last
  const own = join(logs.folder(name), 'log', basename(path))
  return { path: own, bytes: readFileSync(own).subarray(0, entriesEnd) }
}

test('of a commit that is just being written nothing is copied, whatever of it is there already', async () => {
  const log = logs.open('it')
  append(log, 'a', 3, 300)
  const before = lastFile('it', log).bytes
  append(log, 'a', 4, 300)
  const { bytes: after } = lastFile('it', log)
  logs.kill('it', 'half')
  const { path } = lastFile('half', log)
  // Its end without its beginning, and zeros behind it.
  const half = Buffer.concat([after, Buffer.alloc(5_000)])
  half.fill(0, before.length, before.length + 400)
  writeFileSync(path, half)
  await copyStore(logs.folder('half'), logs.folder('copy'))
  expect(readFileSync(join(logs.folder('copy'), 'log', basename(path)))).toEqual(before)
  expect(headOf(logs.open('copy'), 'a')).toBe(2)
})

test('a store that is damaged is not copied', async () => {
  const log = logs.open('it')
  for (let i = 0; i < 5; i++) append(log, 'a', 1, 300)
  logs.kill('it', 'damaged')
  const { path } = lastFile('damaged', log)
  const bytes = readFileSync(path)
  bytes[500] = (bytes[500] as number) ^ 1
  writeFileSync(path, bytes)
  await expect(copyStore(logs.folder('damaged'), logs.folder('copy'))).rejects.toThrow('is damaged')
})

test('only a store can be copied, and only into an empty folder', async () => {
  mkdirSync(logs.folder('nothing'))
  await expect(copyStore(logs.folder('nothing'), logs.folder('copy'))).rejects.toThrow(
    'holds no store',
  )
  append(logs.open('it'), 's')
  mkdirSync(logs.folder('full'))
  writeFileSync(join(logs.folder('full'), 'x'), '')
  await expect(copyStore(logs.folder('it'), logs.folder('full'))).rejects.toThrow('is not empty')
})
