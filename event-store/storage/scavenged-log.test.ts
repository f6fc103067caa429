// Random appends, scavenges, restarts and indexes made anew, held against what should be left.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testSize } from '../conformance/test-size.ts'
import { revisionOf, streamNameOf } from '../protocol/recorded-event.ts'
import type { Log } from './log.ts'
import { append, headOf, useLogs } from './test-log.ts'
import { verifyLog } from './verify-log.ts'

const logs = useLogs()
const SMALL = { segmentBytes: 4_000, runEvents: 25 }
const NAMES = ['a', 'b', 'c']
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const RUNS = testSize(40, 1_000)
const never = new AbortController().signal

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      name: fc.constantFrom(...NAMES),
      count: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 2,
    // How much of each stream goes; never its last event.
    arbitrary: fc.record({
      do: fc.constant('scavenge' as const),
      shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('make the index anew' as const) }) },
)

/** Reads a stream both ways, in pages. */
function readBothWays(log: Log, name: string): { up: number[]; down: number[] } {
  const number = log.streamNumber(name)
  const [up, down]: [number[], number[]] = [[], []]
  if (number === undefined) return { up, down }
  const { head } = log.streamEnd(number)
  for (let from = 0; from <= head; ) {
    const page = log.readStream(number, { from, to: head, limit: 7 }).map(revisionOf)
    if (page.length === 0) break
    up.push(...page)
    from = (page.at(-1) as number) + 1
  }
  for (let from = head; from >= 0; ) {
    const page = log.readStream(number, { from, to: 0, limit: 7, backwards: true }).map(revisionOf)
    if (page.length === 0) break
    down.push(...page)
    from = (page.at(-1) as number) - 1
  }
  return { up, down }
}

test('whatever was scavenged in whatever order, what is left is read both ways, and verified', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 40 }), async steps => {
      const folder = `it-${run++}`
      let log = logs.open(folder, SMALL)
      const lowest = new Map(NAMES.map(name => [name, 0]))
      for (const one of steps) {
        if (one.do === 'append') append(log, one.name, one.count, 40)
        else if (one.do === 'scavenge') {
          NAMES.forEach((name, i) => {
            const bound = Math.floor((one.shares[i] as number) * Math.max(headOf(log, name), 0))
            lowest.set(name, Math.max(lowest.get(name) as number, bound))
          })
          const isWanted = (record: Buffer) =>
            revisionOf(record) >= (lowest.get(streamNameOf(record).toString()) as number)
          await log.scavenge(isWanted, never)
        } else {
          await logs.close(log)
          if (one.do !== 'restart') {
            rmSync(join(logs.folder(folder), 'index'), { recursive: true })
          }
          log = logs.open(folder, SMALL)
        }
        log.maintain()
        await log.files.index.settled()
        for (const name of NAMES) {
          const [from, head] = [lowest.get(name) as number, headOf(log, name)]
          const left = Array.from({ length: Math.max(head - from + 1, 0) }, (_, i) => from + i)
          expect(readBothWays(log, name)).toEqual({ up: left, down: left.toReversed() })
        }
      }
      expect((await verifyLog(log)).faults).toEqual([])
      await logs.close(log)
    }),
    { numRuns: RUNS, seed: SEED },
  )
}, 120_000)
