// A copy of a store that is written to holds all that was acknowledged before it was begun, whatever moves meanwhile.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { revisionOf } from '../protocol/recorded-event.ts'
import { copyStore } from './copy-store.ts'
import { allOf, append, headOf, readWhole, useLogs } from './test-log.ts'

const logs = useLogs()
const SMALL = { segmentBytes: 10_000, runEvents: 40 }

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
  for (let round = 0; round < 5; round++) {
    const [a, b] = [headOf(log, 'a'), headOf(log, 'b')]
    let isOver = false
    const copying = copyStore(logs.folder('it'), logs.folder(`copy-${round}`)).finally(() => {
      isOver = true
    })
    const scavenging = log.scavenge(record => revisionOf(record) >= round * 10, never)
    while (!isOver) {
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
