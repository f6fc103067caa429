// Runs and their merges, held against a plain list of entries.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { avalanche } from './bloom-filter.ts'
import { RunSet } from './run-set.ts'
import type { RunEntry } from './sorted-run.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-runs-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const onDamage = () => {
  throw new Error('nothing is damaged')
}
const hash = { a: avalanche, b: (first: number) => first }
/** Adds entries as a run. */
const addTo = (set: RunSet, entries: readonly RunEntry[]) =>
  set.add(entries.length, writer => {
    for (const { first, second, value } of entries) writer.add(first, second, value)
  })
const newSet = () => new RunSet({ dir, name: 'test', hash, onDamage })
const inOrder = (a: RunEntry, b: RunEntry) => a.first - b.first || a.second - b.second

const entry: fc.Arbitrary<RunEntry> = fc.record({
  first: fc.oneof(fc.nat(12), fc.nat(2 ** 32 - 1)),
  second: fc.oneof(
    fc.nat(30),
    fc.nat(2 ** 31).map(n => n * 2 ** 16),
  ),
  value: fc.nat(2 ** 31).map(n => n * 2 ** 16 + 5),
})
const batches = fc.array(fc.array(entry, { minLength: 1, maxLength: 600 }), { maxLength: 24 })

test('whatever was added is found, however it was merged, and again once it is opened anew', () => {
  fc.assert(
    fc.property(batches, added => {
      const set = newSet()
      for (const batch of added) {
        addTo(set, batch.toSorted(inOrder))
        for (let merge = set.nextMerge(); merge; merge = set.nextMerge()) {
          for (const _ of merge.steps);
          set.take(merge)()
        }
      }
      expect(set.runs.length).toBeLessThan(20)
      expect(readdirSync(dir).sort()).toEqual([...set.files].sort())
      const again = newSet()
      again.open(set.files)
      const all = added.flat()
      for (const one of [set, again]) {
        for (const { first, second } of all.slice(0, 60)) {
          const same = all.filter(other => other.first === first && other.second === second)
          expect(one.valuesOf({ first, second })).toEqual(same.map(({ value }) => value))
        }
        for (let first = 0; first < 14; first++) {
          const known = all.some(other => other.first === first)
          expect(one.firstFrom({ first, second: 0 }) !== undefined).toBe(known)
          expect(one.lastUpTo({ first, second: 2 ** 48 - 1 }) !== undefined).toBe(known)
        }
        one.close()
      }
      for (const file of readdirSync(dir)) rmSync(join(dir, file))
    }),
    { numRuns: 40 },
  )
})

test('the newest entry up to a key is found where keys only grow', () => {
  const set = newSet()
  for (let run = 0; run < 5; run++) {
    const entries = Array.from({ length: 700 }, (_, i) => ({
      first: i % 3,
      second: run * 1000 + Math.floor(i / 3),
      value: run,
    }))
    addTo(set, entries.sort(inOrder))
  }
  expect(set.lastUpTo({ first: 1, second: 2_150 })).toEqual({ first: 1, second: 2_150, value: 2 })
  expect(set.lastUpTo({ first: 1, second: 2_900 })).toEqual({ first: 1, second: 2_232, value: 2 })
  expect(set.lastUpTo({ first: 1, second: 2 ** 48 - 1 })?.second).toBe(4_232)
  expect(set.lastUpTo({ first: 7, second: 9 })).toBeUndefined()
  set.close()
})
