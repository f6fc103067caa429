// One event an append, to a new stream each, with few and with many under way; and the disk's own flush.
import { randomUUID } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { contest, rateOf, type Stage } from '../contest.ts'
import { events } from '../events.ts'
import { type Row, rateRow } from '../report.ts'
import { median } from '../statistics.ts'

const AIMS = [
  [1, '0.40'],
  [64, '0.70'],
  [1000, '0.92'],
] as const
const FLUSHES = 300
const FLUSHED_BYTES = 512

/** Milliseconds of a write over bytes that are on disk already and its flush, nothing else under way. */
function flushMs(dir: string): number {
  const path = join(dir, 'flushed')
  const file = openSync(path, 'w')
  const bytes = Buffer.alloc(FLUSHED_BYTES, 1)
  writeSync(file, Buffer.alloc(FLUSHES * FLUSHED_BYTES))
  fdatasyncSync(file)
  const times = Array.from({ length: FLUSHES }, (_, i) => {
    const start = performance.now()
    writeSync(file, bytes, 0, FLUSHED_BYTES, i * FLUSHED_BYTES)
    fdatasyncSync(file)
    return performance.now() - start
  })
  closeSync(file)
  rmSync(path)
  return median(times)
}

export async function measureAppends(stage: Stage): Promise<Row[]> {
  const { options, dir, progress } = stage
  const rows: Row[] = [{ what: "the disk's flush (p50)", unit: 'ms', store: flushMs(dir) }]
  for (const [inFlight, aim] of AIMS) {
    progress(`appends, ${inFlight} in flight`)
    const standing = await contest(stage, async client => {
      const append = () => client.appendToStream(`appends-${randomUUID()}`, events(1))
      return [await rateOf(append, { inFlight, seconds: options.secondsPerRound })]
    })
    rows.push(rateRow({ what: `appends, ${inFlight} in flight`, unit: '/s', aim }, standing))
  }
  return rows
}
