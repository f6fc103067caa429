// Space that removed events took is given back, whatever goes on meanwhile.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { positionOf, revisionOf, streamNameOf } from '../protocol/recorded-event.ts'
import type { Log } from './log.ts'
import { add, allOf, append, headOf, newEvent, readWhole, told, useLogs } from './test-log.ts'

const logs = useLogs()
const SMALL = { segmentBytes: 20_000, runEvents: 40 }
const never = new AbortController().signal

/** Of stream `a` only the events from a revision on are wanted, of others all. */
const from = (revision: number) => (record: Buffer) =>
  streamNameOf(record).toString() !== 'a' || revisionOf(record) >= revision

function fill(log: Log, rounds: number): void {
  for (let i = 0; i < rounds; i++) {
    append(log, 'a', 4, 500)
    append(log, 'b', 1, 500)
    log.maintain()
  }
}

const contentOf = (log: Log) => ({
  all: allOf(log),
  b: readWhole(log, 'b').map(positionOf),
  heads: [headOf(log, 'a'), headOf(log, 'b'), headOf(log, 'during')],
  during: readWhole(log, 'during').map(revisionOf),
  setting: log.setting('place'),
})
const segmentsOf = (name: string) => readdirSync(join(logs.folder(name), 'log'))

test('what is left is what was there, in fewer and smaller files, also once it is opened again', async () => {
  const log = logs.open('it', SMALL)
  log.transaction(() => log.putSetting('place', 'old'))
  fill(log, 100)
  log.transaction(() => log.putSetting('place', 'kept'))
  fill(log, 10)
  const positions = new Map(
    readWhole(log, 'a').map(record => [revisionOf(record), positionOf(record)]),
  )
  const all = allOf(log, from(430))
  const before = segmentsOf('it').length
  const saved = await log.scavenge(from(430), never)
  expect(saved).toBeGreaterThan(200_000)
  expect(segmentsOf('it').length).toBeLessThan(before / 2)
  const check = (of: Log) => {
    expect(allOf(of)).toEqual(all)
    const left = readWhole(of, 'a')
    expect(left.map(revisionOf)).toEqual(Array.from({ length: 10 }, (_, i) => 430 + i))
    for (const record of left) expect(positionOf(record)).toBe(positions.get(revisionOf(record)))
    expect(of.setting('place')).toBe('kept')
    expect(of.event(of.streamNumber('a') as number, 3)).toBeUndefined()
    const backwards = { from: Infinity, backwards: true, limit: 7 }
    expect(of.readAll(backwards).map(told)).toEqual(all.slice(-7).reverse())
  }
  check(log)
  logs.kill('it', 'killed')
  await logs.close(log)
  check(logs.open('it', SMALL))
  check(logs.open('killed', SMALL))
})

test('it can be done again and again', async () => {
  const log = logs.open('it', SMALL)
  for (let round = 1; round <= 5; round++) {
    fill(log, 20)
    expect(await log.scavenge(from(round * 80 - 3), never)).toBeGreaterThan(20_000)
    expect(readWhole(log, 'a').map(revisionOf)).toEqual([
      round * 80 - 3,
      round * 80 - 2,
      round * 80 - 1,
    ])
    expect(readWhole(log, 'b')).toHaveLength(round * 20)
  }
  expect(segmentsOf('it').length).toBeLessThan(8)
  expect(await log.scavenge(() => true, never)).toBe(0)
})

test('the index gives its space back, too, and the ids of removed events are forgotten', async () => {
  const log = logs.open('it', { ...SMALL, runEvents: 60 })
  const removed = append(log, 'a', 600)
  const kept = append(log, 'b', 20)
  log.maintain()
  await log.files.index.settled()
  const { places, ids } = log.files.index
  expect([places.set.count, ids.set.count]).toEqual([620, 620])
  await log.scavenge(from(590), never)
  expect([places.set.count, ids.set.count]).toEqual([30, 30])
  const check = (of: Log) => {
    expect(of.eventById(removed[5]?.id as Buffer)).toBeUndefined()
    expect(of.eventById(kept[5]?.id as Buffer)).toBeDefined()
    expect(readWhole(of, 'a').map(revisionOf)[0]).toBe(590)
    expect(headOf(of, 'a')).toBe(599)
  }
  check(log)
  await logs.close(log)
  check(logs.open('it', SMALL))
})

test('a kill at any step of it loses nothing, and what was written meanwhile is there', async () => {
  const log = logs.open('it', SMALL)
  fill(log, 60)
  let isOver = false
  const scavenging = log.scavenge(from(230), never).finally(() => {
    isOver = true
  })
  const contents: unknown[] = []
  while (!isOver) {
    append(log, 'during', 1, 300)
    log.maintain()
    logs.kill('it', `copy-${contents.length}`)
    contents.push(contentOf(log))
    await new Promise(setImmediate)
  }
  await scavenging
  expect(contents.length).toBeGreaterThan(5)
  for (const [i, content] of contents.entries()) {
    expect(contentOf(logs.open(`copy-${i}`, SMALL))).toEqual(content)
    expect(segmentsOf(`copy-${i}`)).not.toContain('rewritten')
  }
  expect(readWhole(log, 'a').map(revisionOf)[0]).toBe(230)
  expect(readWhole(log, 'during')).toHaveLength(contents.length)
})

test('a file that was merged into the one before it, but not yet removed, is of no account', async () => {
  const log = logs.open('it', SMALL)
  fill(log, 30)
  logs.kill('it', 'before')
  await log.scavenge(from(110), never)
  const content = contentOf(log)
  await logs.close(log)
  const merged = segmentsOf('it')
  const { cpSync } = await import('node:fs')
  for (const name of segmentsOf('before')) {
    if (merged.includes(name)) continue
    cpSync(join(logs.folder('before'), 'log', name), join(logs.folder('it'), 'log', name))
  }
  expect(segmentsOf('it').length).toBeGreaterThan(merged.length)
  expect(contentOf(logs.open('it', SMALL))).toEqual(content)
  expect(segmentsOf('it')).toEqual(merged)
})

test('a store that is emptied meanwhile stays empty; one that is told to stop is as it was', async () => {
  const log = logs.open('it', SMALL)
  fill(log, 60)
  const stop = new AbortController()
  const content = contentOf(log)
  const stopped = log.scavenge(from(230), stop.signal)
  stop.abort()
  await stopped
  expect(contentOf(log)).toEqual(content)
  const emptied = log.scavenge(from(230), never)
  log.clear()
  append(log, 'b')
  const after = contentOf(log)
  await emptied
  expect(contentOf(log)).toEqual(after)
})

test('an event that comes in while it goes on is not removed', async () => {
  const log = logs.open('it', SMALL)
  fill(log, 40)
  const scavenging = log.scavenge(from(159), never)
  log.transaction(() => add(log, 'a', [newEvent()]))
  await scavenging
  expect(readWhole(log, 'a').map(revisionOf)).toEqual([159, 160])
})
