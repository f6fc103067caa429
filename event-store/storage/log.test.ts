// What a log must hold to: nothing lost over a restart, all or nothing, ids found again, nothing shown that is not on disk.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { idOf, type NewEvent, positionOf, revisionOf } from '../protocol/recorded-event.ts'
import { DamagedStore, StoreFull } from './errors.ts'
import type { Log } from './log.ts'
import { add, allOf, append, headOf, newEvent, readWhole, useLogs } from './test-log.ts'

const logs = useLogs()

test('what a transaction wrote is there after a restart, and the log goes on behind it', async () => {
  const log = logs.open('it')
  append(log, 's', 3)
  const positions = readWhole(log, 's').map(positionOf)
  await logs.close(log)
  const again = logs.open('it')
  expect(again.streamEnd(1)).toEqual({ head: 2, tombstoned: false })
  expect(readWhole(again, 's').map(positionOf)).toEqual(positions)
  append(again, 's')
  expect(again.lastPosition).toBeGreaterThan(positions[2] as number)
})

test('a transaction that fails leaves nothing behind', () => {
  const log = logs.open('it')
  append(log, 'kept')
  log.transaction(() => log.putSetting('place', 'before'))
  const end = log.lastPosition
  const lost = newEvent()
  const failing = () => {
    add(log, 'lost', [lost, newEvent()])
    add(log, 'kept', [newEvent()])
    log.putSetting('place', 'after')
    expect(log.eventById(lost.id)).toBeDefined()
    throw new Error('no')
  }
  expect(() => log.transaction(failing)).toThrow('no')
  expect([log.lastPosition, log.streamNumber('lost'), log.eventById(lost.id)]).toEqual([
    end,
    undefined,
    undefined,
  ])
  expect([headOf(log, 'kept'), log.setting('place')]).toEqual([0, 'before'])
  append(log, 'next')
  expect(log.streamNumber('next')).toBe(2)
})

test('a full disk refuses what does not fit, and takes it when there is room again', () => {
  let freeBytes = 2 ** 40
  const log = logs.open('it', { freeBytes: () => freeBytes })
  append(log, 's')
  const end = log.lastPosition
  freeBytes = 1000
  expect(() => append(log, 's')).toThrow(StoreFull)
  expect([log.lastPosition, headOf(log, 's')]).toEqual([end, 0])
  freeBytes = 2 ** 40
  append(log, 's')
  expect(headOf(log, 's')).toBe(1)
})

test('a log whose files were removed takes nothing that nobody would find again', () => {
  const log = logs.open('it')
  append(log, 's')
  rmSync(logs.folder('it'), { recursive: true })
  expect(() => append(log, 's')).toThrow(/The log is gone from .*put the folder back/)
  expect(headOf(log, 's')).toBe(0)
})

test('a position that was given to nothing is not given again', async () => {
  const log = logs.open('it')
  let skipped = 0
  log.transaction(() => {
    skipped = log.skipPosition()
  })
  await logs.close(log)
  const again = logs.open('it')
  append(again, 's')
  expect(again.lastPosition).toBeGreaterThan(skipped)
  expect(allOf(again)).toHaveLength(1)
})

test('ids are found in merged runs, among the newest, and after a restart; the oldest copy counts', async () => {
  const log = logs.open('it', { runEvents: 100 })
  const all: NewEvent[] = []
  for (let batch = 0; batch < 60; batch++) {
    all.push(...append(log, `s-${batch % 7}`, 51))
    log.transaction(() => add(log, 'copies', [all[0] as NewEvent]))
    log.maintain()
    await log.files.index.settled()
  }
  const check = (of: Log) => {
    for (const [i, { id }] of all.entries()) {
      const found = of.eventById(id) as Buffer
      expect(idOf(found).equals(id)).toBe(true)
      if (i === 0) expect(revisionOf(found)).toBe(0)
    }
    expect(of.eventById(newEvent().id)).toBeUndefined()
    expect(readWhole(of, 's-3').map(revisionOf)).toEqual(
      Array.from({ length: 9 * 51 }, (_, i) => i).slice(0, headOf(of, 's-3') + 1),
    )
  }
  check(log)
  await logs.close(log)
  const runs = readdirSync(join(logs.folder('it'), 'index')).filter(name => name.startsWith('ids'))
  expect(runs.length).toBeLessThan(20)
  check(logs.open('it', { runEvents: 100 }))
})

test('a log of many files is read both ways, from anywhere', async () => {
  const options = { segmentBytes: 4_000 }
  const log = logs.open('it', options)
  for (let i = 0; i < 40; i++) {
    append(log, `s-${i % 3}`, 3, i === 20 ? 300_000 : 200)
    log.maintain()
  }
  const positions = log.readAll({ from: 0, backwards: false, limit: 1_000 }).map(positionOf)
  expect(positions).toHaveLength(120)
  const check = (of: Log) => {
    expect(readdirSync(join(logs.folder('it'), 'log')).length).toBeGreaterThan(10)
    for (const [i, position] of positions.entries()) {
      const page = (from: number, backwards: boolean) =>
        of.readAll({ from, backwards, limit: 4 }).map(positionOf)
      expect(page(position, false)).toEqual(positions.slice(i, i + 4))
      expect(page(position + 1, false)).toEqual(positions.slice(i + 1, i + 5))
      expect(page(position, true)).toEqual(positions.slice(Math.max(i - 4, 0), i).reverse())
      expect(page(position + 1, true)).toEqual(positions.slice(Math.max(i - 3, 0), i + 1).reverse())
    }
    const [up, down] = [readWhole(of, 's-1').map(revisionOf), [] as number[]]
    for (let from = 38; from >= 0; from -= 7) {
      const range = { from, to: 0, limit: 7, backwards: true }
      down.push(...of.readStream(of.streamNumber('s-1') as number, range).map(revisionOf))
    }
    expect(up).toEqual(Array.from({ length: 39 }, (_, i) => i))
    expect(down.reverse()).toEqual(up)
  }
  check(log)
  await logs.close(log)
  check(logs.open('it', options))
})

test('what is not on disk yet is in nobody’s page, and in everybody’s afterwards', () => {
  const log = logs.open('it')
  append(log, 's')
  const end = log.lastPosition
  const number = log.streamNumber('s') as number
  log.write(() => {
    add(log, 's', [newEvent()])
    add(log, 'new', [newEvent()])
  })
  const seen = () => [
    log.lastPosition,
    log.headOnDisk(number, 1),
    log.headOnDisk(log.streamNumber('new') as number, 0),
    log.readAll({ from: 0, backwards: false, limit: 9 }).length,
    log.readAll({ from: Infinity, backwards: true, limit: 1 }).map(revisionOf)[0],
    log.readStream(number, { from: 0, to: 9, limit: 9 }).length,
    log.readStream(number, { from: 9, to: 0, limit: 1, backwards: true }).map(revisionOf)[0],
  ]
  expect(seen()).toEqual([end, 0, -1, 1, 0, 1, 0])
  log.flush()
  expect(seen()).toEqual([expect.any(Number), 1, 0, 3, 0, 2, 1])
  expect(log.lastPosition).toBeGreaterThan(end)
})

test('an emptied log begins anew, and stays empty', async () => {
  const log = logs.open('it', { segmentBytes: 1_000, runEvents: 5 })
  for (let i = 0; i < 20; i++) {
    append(log, 's', 2, 100)
    log.maintain()
  }
  log.transaction(() => log.putSetting('place', 'x'))
  log.clear()
  expect([allOf(log), headOf(log, 's'), log.setting('place'), log.lastPosition]).toEqual([
    [],
    -1,
    undefined,
    0,
  ])
  append(log, 'new')
  logs.kill('it', 'copy')
  for (const of of [log, logs.open('copy')]) {
    expect([headOf(of, 's'), headOf(of, 'new')]).toEqual([-1, 0])
  }
})

test('a store of another format, or of an earlier version, is refused', async () => {
  await logs.close(logs.open('newer'))
  writeFileSync(join(logs.folder('newer'), 'format'), '99\n')
  expect(() => logs.open('newer')).toThrow('holds format 99')
  await logs.close(logs.open('unknown'))
  expect(existsSync(join(logs.folder('unknown'), 'format'))).toBe(true)
  writeFileSync(join(logs.folder('unknown'), 'format'), '')
  expect(() => logs.open('unknown')).toThrow(DamagedStore)
  logs.open('earlier')
  const { rmSync } = await import('node:fs')
  rmSync(join(logs.folder('earlier'), 'format'))
  writeFileSync(join(logs.folder('earlier'), 'data.mdb'), 'x')
  expect(() => logs.open('earlier')).toThrow('a store of an earlier version')
})

test('the format is a line that anybody can read', () => {
  logs.open('it')
  expect(readFileSync(join(logs.folder('it'), 'format'), 'utf8')).toBe('3\n')
})
