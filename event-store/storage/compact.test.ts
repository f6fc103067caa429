// Space that removed events took is given back, whatever goes on meanwhile.
import { randomBytes, randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Log } from './log.ts'

let root: string
let logs: Log[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'event-store-compact-'))
  logs = []
})
afterEach(async () => {
  for (const log of logs) await log.close()
  rmSync(root, { recursive: true, force: true })
})

function open(name: string): Log {
  mkdirSync(join(root, name), { recursive: true })
  const log = Log.open({ dir: join(root, name), durable: true, now: Date.now })
  logs.push(log)
  return log
}

const size = (name: string) => statSync(join(root, name, 'data.mdb')).size

function append(log: Log, name: string, count: number, bytes = 1_000): void {
  log.transaction(() => {
    const number = log.streamNumber(name) ?? log.createStream(name)
    const { head } = log.streamEnd(number)
    for (let i = 1; i <= count; i++) {
      const id = Buffer.from(randomUUID())
      const data = randomBytes(bytes)
      const [type, customMetadata] = [Buffer.from('t'), Buffer.alloc(0)]
      log.append({ name, number }, head + i, { id, type, isJson: false, data, customMetadata })
    }
  })
}

function removeBelow(log: Log, name: string, revision: number): void {
  const number = log.streamNumber(name) as number
  log.transaction(() => {
    const range = { from: 0, to: revision - 1, limit: Number.MAX_SAFE_INTEGER }
    for (
      let page = log.readStream(number, range);
      page.length > 0;
      page = log.readStream(number, range)
    )
      for (const record of page) log.remove(record)
  })
}

/** Everything that the log says of its streams and events. */
function contentOf(log: Log): unknown {
  const records: string[] = []
  log.scanAll({ from: 0, backwards: false, limit: Infinity }, record => {
    records.push(record.toString('base64'))
  })
  const ends = ['a', 'b', 'during'].map(name => {
    const number = log.streamNumber(name)
    return number === undefined ? undefined : log.streamEnd(number)
  })
  return { records, ends, last: log.lastPosition }
}

test('what is left is what was there, in a smaller file, also once it is opened again', async () => {
  const log = open('store')
  append(log, 'a', 900)
  append(log, 'b', 50)
  removeBelow(log, 'a', 880)
  log.checkpoint()
  const before = contentOf(log)
  const bytes = size('store')
  const saved = await log.compact()
  expect(saved).toBeGreaterThan(500_000)
  expect(size('store')).toBe(bytes - saved)
  expect(contentOf(log)).toEqual(before)
  append(log, 'a', 1)
  const after = contentOf(log)
  await log.close()
  logs = []
  expect(contentOf(open('store'))).toEqual(after)
})

test('it can be done again and again', async () => {
  const log = open('store')
  for (let round = 1; round <= 4; round++) {
    append(log, 'a', 300)
    removeBelow(log, 'a', round * 300 - 10)
    log.checkpoint()
    const content = contentOf(log)
    expect(await log.compact()).toBeGreaterThan(100_000)
    expect(contentOf(log)).toEqual(content)
  }
})

test('what is written while it goes on is there afterwards, with a checkpoint between or not', async () => {
  const log = open('store')
  append(log, 'a', 500)
  removeBelow(log, 'a', 400)
  const compacting = log.compact()
  append(log, 'during', 3)
  log.checkpoint()
  append(log, 'during', 2)
  const content = contentOf(log)
  await compacting
  expect(contentOf(log)).toEqual(content)
  append(log, 'during', 1)
  expect(log.streamEnd(log.streamNumber('during') as number).head).toBe(5)
})

test('a kill at any step of it loses nothing', async () => {
  const log = open('store')
  append(log, 'a', 500)
  removeBelow(log, 'a', 400)
  let copies = 0
  const contents: unknown[] = []
  /** The files as a kill at this moment would leave them. */
  const kill = () => {
    contents.push(contentOf(log))
    cpSync(join(root, 'store'), join(root, `copy-${copies++}`), { recursive: true })
  }
  const compacting = log.compact()
  kill()
  append(log, 'during', 3)
  kill()
  log.checkpoint()
  kill()
  append(log, 'during', 2)
  kill()
  await compacting
  kill()
  append(log, 'during', 1)
  kill()
  for (const [n, content] of contents.entries()) {
    expect(contentOf(open(`copy-${n}`))).toEqual(content)
    expect(existsSync(join(root, `copy-${n}`, 'compacted'))).toBe(false)
  }
})

test('a store that is emptied meanwhile stays empty', async () => {
  const log = open('store')
  append(log, 'a', 500)
  const compacting = log.compact()
  log.clear()
  append(log, 'b', 1)
  const content = contentOf(log)
  await compacting
  expect(contentOf(log)).toEqual(content)
})
