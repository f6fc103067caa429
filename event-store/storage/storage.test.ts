// What the files must hold to: nothing lost over a restart, ids found again, damage named, one process a folder.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { idOf, type NewEvent, positionOf, revisionOf } from '../protocol/recorded-event.ts'
import { DirectoryInUse, lockDirectory } from './directory-lock.ts'
import { DamagedStore, StoreFull } from './errors.ts'
import { RUN_LENGTH } from './id-runs.ts'
import { Log } from './log.ts'

let dir: string
let log: Log | undefined
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-test-'))
})
afterEach(async () => {
  await log?.close()
  log = undefined
  rmSync(dir, { recursive: true, force: true })
})

const openLog = (): Log => {
  log = Log.open({ dir, durable: true, now: Date.now })
  return log
}
async function reopen(): Promise<Log> {
  await log?.close()
  return openLog()
}
const newEvent = (): NewEvent => ({
  id: Buffer.from(randomUUID()),
  type: Buffer.from('t'),
  isJson: true,
  data: Buffer.from('{}'),
  customMetadata: Buffer.alloc(0),
})
const stream = (to: Log, name: string) => ({
  name,
  number: to.streamNumber(name) ?? to.createStream(name),
})

test('what a transaction wrote is there after a restart, and the log goes on behind it', async () => {
  const positions = openLog()
    .transaction(() => {
      const s = stream(log as Log, 's')
      for (let i = 0; i < 3; i++) (log as Log).append(s, i, newEvent())
    })
    .map(({ position }) => position)
  const again = await reopen()
  const number = again.streamNumber('s') as number
  expect(again.streamEnd(number)).toEqual({ head: 2, tombstoned: false })
  const records = again.readStream(number, { from: 0, to: 2, limit: 10 })
  expect(records.map(positionOf)).toEqual(positions)
  const [next] = again.transaction(() => again.append(stream(again, 's'), 3, newEvent()))
  expect(next?.position).toBeGreaterThan(positions[2] as number)
})

test('a transaction that fails leaves nothing behind', () => {
  const it = openLog()
  it.transaction(() => it.append(stream(it, 'kept'), 0, newEvent()))
  const end = it.lastPosition
  const lost = newEvent()
  expect(() =>
    it.transaction(() => {
      it.append(stream(it, 'lost'), 0, lost)
      throw new Error('no')
    }),
  ).toThrow('no')
  expect([it.lastPosition, it.streamNumber('lost'), it.eventById(lost.id)]).toEqual([
    end,
    undefined,
    undefined,
  ])
  it.transaction(() => it.append(stream(it, 'next'), 0, newEvent()))
  expect(it.streamNumber('next')).toBe(2)
})

test('a full disk refuses what does not fit, and takes it when there is room again', () => {
  let freeBytes = 2 ** 40
  const it = Log.open({ dir, durable: true, now: Date.now, freeBytes: () => freeBytes })
  log = it
  const write = (revision: number) =>
    it.transaction(() => it.append(stream(it, 's'), revision, newEvent()))
  write(0)
  const end = it.lastPosition
  freeBytes = 1000
  expect(() => write(1)).toThrow(StoreFull)
  expect(it.lastPosition).toBe(end)
  freeBytes = 2 ** 40
  expect(write(1)).toHaveLength(1)
})

test('a position that was given to nothing is not given again', async () => {
  let skipped = 0
  openLog().transaction(() => {
    skipped = (log as Log).skipPosition()
  })
  const again = await reopen()
  const [written] = again.transaction(() => again.append(stream(again, 's'), 0, newEvent()))
  expect(written?.position).toBeGreaterThan(skipped)
})

test('ids are found in runs, among the newest, and after a restart; the oldest copy counts', async () => {
  const it = openLog()
  const all: NewEvent[] = []
  for (let batch = 0; batch < 5; batch++) {
    it.transaction(() => {
      const s = stream(it, 's')
      for (let i = 0; i < RUN_LENGTH / 2; i++) {
        const event = newEvent()
        it.append(s, all.length, event)
        all.push(event)
      }
      it.append(stream(it, 'copies'), batch, all[0] as NewEvent)
    })
  }
  const check = (of: Log) => {
    for (let i = 0; i < all.length; i += 997) {
      const found = of.eventById((all[i] as NewEvent).id) as Buffer
      expect(revisionOf(found)).toBe(i)
      expect(idOf(found).equals((all[i] as NewEvent).id)).toBe(true)
    }
    expect(of.eventById(newEvent().id)).toBeUndefined()
  }
  check(it)
  check(await reopen())
})

test('an event whose bytes have changed on disk is named, not served', async () => {
  const it = openLog()
  const [written] = it.transaction(() => it.append(stream(it, 's'), 0, newEvent()))
  await it.close()
  log = undefined
  const env = open({ path: dir, maxDbs: 16, overlappingSync: false })
  const records = env.openDB<Buffer, Buffer>({
    name: 'records',
    encoding: 'binary',
    keyEncoding: 'binary',
  })
  const [{ key, value }] = [...records.getRange({})] as [{ key: Buffer; value: Buffer }]
  const changed = Buffer.from(value)
  changed[changed.length - 5] = (changed[changed.length - 5] as number) ^ 1
  await records.put(key, changed)
  await env.close()
  expect(openLog).toThrow(`The record at position ${written?.position} is damaged.`)
})

test('a place in a stream that leads elsewhere is named, and other streams are read as before', async () => {
  const it = openLog()
  it.transaction(() => {
    for (const name of ['sound', 'damaged']) {
      const s = stream(it, name)
      for (let i = 0; i < 3; i++) it.append(s, i, newEvent())
    }
  })
  await it.close()
  log = undefined
  const env = open({ path: dir, maxDbs: 16, overlappingSync: false })
  const revisions = env.openDB<Buffer, Buffer>({
    name: 'revisions',
    encoding: 'binary',
    keyEncoding: 'binary',
  })
  const places = [...revisions.getRange({})] as { key: Buffer; value: Buffer }[]
  const [first, last] = [places[3], places[5]] as [(typeof places)[0], (typeof places)[0]]
  await revisions.put(Buffer.from(first.key), Buffer.from(last.value))
  await env.close()
  const again = openLog()
  const read = (name: string) =>
    again.readStream(again.streamNumber(name) as number, { from: 0, to: 2, limit: 9 })
  expect(() => read('damaged')).toThrow('The place of event 0 of stream 2 is damaged')
  expect(() => again.event(2, 0)).toThrow(DamagedStore)
  expect(read('sound')).toHaveLength(3)
})

test('a store of another format is refused', async () => {
  await openLog().close()
  log = undefined
  const env = open({ path: dir, maxDbs: 16, overlappingSync: false })
  const meta = env.openDB({ name: 'meta', encoding: 'binary', keyEncoding: 'binary' })
  await meta.put(Buffer.from('format'), Buffer.from('99'))
  await env.close()
  expect(openLog).toThrow(DamagedStore)
})

test('files that are no store are refused', () => {
  writeFileSync(join(dir, 'data.mdb'), 'x'.repeat(10_000))
  expect(openLog).toThrow(DamagedStore)
})

test('a file that was cut short is refused', async () => {
  const it = openLog()
  for (let i = 0; i < 20; i++) {
    it.transaction(() => it.append(stream(it, 's'), i, { ...newEvent(), data: Buffer.alloc(9000) }))
  }
  await it.close()
  log = undefined
  truncateSync(join(dir, 'data.mdb'), 40_960)
  expect(openLog).toThrow('is cut short')
})

test('a folder is held by one at a time, and free again afterwards', () => {
  const unlock = lockDirectory(dir)
  expect(() => lockDirectory(dir)).toThrow(DirectoryInUse)
  unlock()
  lockDirectory(dir)()
})

test('a folder that a dead process left is free', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(join(dir, 'server.lock'), `${pid} 1`)
  lockDirectory(dir)()
  expect(existsSync(join(dir, 'server.lock'))).toBe(false)
})

test('a folder of a living process is not', () => {
  writeFileSync(join(dir, 'server.lock'), `${process.ppid} `)
  expect(() => lockDirectory(dir)).toThrow(`is in use by process ${process.ppid}`)
})

test('what is not on disk yet is in nobody’s page, and in everybody’s afterwards', () => {
  const it = openLog()
  it.transaction(() => it.append(stream(it, 's'), 0, newEvent()))
  const end = it.lastPosition
  const number = it.streamNumber('s') as number
  it.write(() => {
    it.append(stream(it, 's'), 1, newEvent())
    it.append(stream(it, 'new'), 0, newEvent())
  })
  const seen = () => [
    it.lastPosition,
    it.headOnDisk(number, 1),
    it.headOnDisk(it.streamNumber('new') as number, 0),
    it.readAll({ from: 0, backwards: false, limit: 9 }).length,
    it.readAll({ from: Infinity, backwards: true, limit: 1 }).map(revisionOf)[0],
    it.readStream(number, { from: 0, to: 9, limit: 9 }).length,
    it.readStream(number, { from: 9, to: 0, limit: 1, backwards: true }).map(revisionOf)[0],
  ]
  expect(seen()).toEqual([end, 0, -1, 1, 0, 1, 0])
  it.flush()
  expect(seen()).toEqual([expect.any(Number), 1, 0, 3, 0, 2, 1])
  expect(it.lastPosition).toBeGreaterThan(end)
})

test('what is on its way to disk is known also when the tables were replaced meanwhile', async () => {
  const it = openLog()
  it.transaction(() => it.append(stream(it, 's'), 0, newEvent()))
  const event = newEvent()
  const [unsafe] = it.write(() => it.append(stream(it, 's'), 1, event))
  await it.compact()
  it.flush()
  expect(it.eventById(event.id)).toBeDefined()
  const [next] = it.transaction(() => it.append(stream(it, 's'), 2, newEvent()))
  expect(next?.position).toBeGreaterThan(unsafe?.position as number)
})
