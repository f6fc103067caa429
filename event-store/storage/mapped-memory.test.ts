// However much of a store is read, little of it counts as the process's memory.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { positionOf } from '../protocol/recorded-event.ts'
import { Log } from './log.ts'

const MIB = 2 ** 20
const EVENTS = 3_000
const EVENT_BYTES = 64 * 1024

let dir: string
let log: Log
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-mapped-'))
  log = Log.open({ dir, durable: false, now: Date.now })
})
afterEach(async () => {
  await log.close()
  rmSync(dir, { recursive: true, force: true })
})

const turn = () => new Promise(setImmediate)
const mapped = () => Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[2]) * 4096

/** Writes to one stream. */
function append(count: number): void {
  log.transaction(() => {
    const name = 'large'
    const number = log.streamNumber(name) ?? log.createStream(name)
    const from = log.streamEnd(number).head + 1
    for (let revision = from; revision < from + count; revision++) {
      const id = Buffer.from(randomUUID())
      const data = Buffer.alloc(EVENT_BYTES, `${revision}.`)
      const [type, customMetadata] = [Buffer.from('t'), Buffer.alloc(0)]
      log.append({ name, number }, revision, { id, type, isJson: false, data, customMetadata })
    }
  })
}

test.runIf(process.platform === 'linux')(
  'What was read of a large store is let go of, while it goes on being read and written',
  async () => {
    for (let i = 0; i < EVENTS; i += 100) append(100)
    log.checkpoint()
    await turn()
    const before = mapped()
    let [most, seen, from] = [0, 0, 0]
    for (;;) {
      const page = log.readAll({ from, backwards: false, limit: 100 })
      if (page.length === 0) break
      for (const record of page) from = positionOf(record) + 1
      seen += page.length
      most = Math.max(most, mapped() - before)
      if (seen % 800 < page.length) append(1)
      await turn()
    }
    const number = log.streamNumber('large') as number
    expect(seen).toBe(log.streamEnd(number).head + 1)
    expect(seen).toBeGreaterThan(EVENTS)
    expect(most).toBeLessThan((EVENTS * EVENT_BYTES) / 2)
    expect(most).toBeLessThan(90 * MIB)
  },
)
