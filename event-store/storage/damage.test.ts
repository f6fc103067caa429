// A bit that flips anywhere in a store's files hides nothing and changes nothing: it is found, and named.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testSize } from '../conformance/test-size.ts'
import { DamagedStore } from './errors.ts'
import type { Log } from './log.ts'
import { allOf, append, headOf, type newEvent, readWhole, told, useLogs } from './test-log.ts'

const logs = useLogs()
const SMALL = { segmentBytes: 8_000, runEvents: 60 }
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const RUNS = testSize(150, 2_000)
const NAMES = ['a', 'b', 'c', 'd'] as const

interface Filled {
  readonly events: Map<string, ReturnType<typeof newEvent>[]>
  readonly all: readonly string[]
  readonly streams: readonly (readonly string[])[]
}

const text = (records: readonly Buffer[]) => records.map(told)

/** Fills a store so that it has every kind of file, and closes it. */
async function fill(): Promise<Filled> {
  const log = logs.open('it', SMALL)
  const events = new Map<string, ReturnType<typeof newEvent>[]>(NAMES.map(name => [name, []]))
  for (let i = 0; i < 80; i++) {
    const name = NAMES[i % NAMES.length] as string
    events.get(name)?.push(...append(log, name, 3, 60))
    log.maintain()
    await log.files.index.settled()
  }
  const filled = { events, all: allOf(log), streams: NAMES.map(name => text(readWhole(log, name))) }
  await logs.close(log)
  return filled
}

/** Does something, and gives undefined instead where damage was named. */
function unlessDamaged<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    expect(error).toBeInstanceOf(DamagedStore)
    expect((error as Error).message).toMatch(
      /damaged|missing|lost its end|is no log|cut short|holds format|not known to be/,
    )
    return undefined
  }
}

function check(log: Log, { events, all, streams }: Filled): void {
  const seen = unlessDamaged(() => allOf(log))
  if (seen) expect(seen).toEqual(all)
  for (const [i, name] of NAMES.entries()) {
    const head = unlessDamaged(() => headOf(log, name))
    if (head !== undefined) expect(head).toBe((streams[i] as string[]).length - 1)
    const records = unlessDamaged(() => text(readWhole(log, name)))
    if (records) expect(records).toEqual(streams[i])
    for (const { id } of events.get(name)?.slice(-8) ?? []) {
      const found = unlessDamaged(() => log.eventById(id) ?? 'hidden')
      expect(found).not.toBe('hidden')
    }
  }
}

test('wherever a bit flips, what is read is what was written, or the damage is named', async () => {
  const filled = await fill()
  const files = ['log', 'index', '.'].flatMap(folder =>
    readdirSync(join(logs.folder('it'), folder), { withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ name }) => join(folder, name)),
  )
  expect(files.filter(name => name.startsWith('index')).length).toBeGreaterThan(3)
  const flip = fc.record({
    file: fc.constantFrom(...files),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bit: fc.nat(7),
  })
  let run = 0
  await fc.assert(
    fc.asyncProperty(flip, async ({ file, at, bit }) => {
      const name = `copy-${run++}`
      logs.kill('it', name)
      const path = join(logs.folder(name), file)
      const bytes = readFileSync(path)
      const place = Math.floor(at * statSync(path).size)
      bytes[place] = (bytes[place] as number) ^ (1 << bit)
      writeFileSync(path, bytes)
      const log = unlessDamaged(() => logs.open(name, SMALL))
      if (!log) return
      check(log, filled)
      await logs.close(log)
      // An index that was found damaged is made anew.
      const again = unlessDamaged(() => logs.open(name, SMALL))
      if (again && file.startsWith('index')) {
        expect(allOf(again)).toEqual(filled.all)
        expect(NAMES.map(each => text(readWhole(again, each)))).toEqual(filled.streams)
      }
      if (again) await logs.close(again)
    }),
    { numRuns: RUNS, seed: SEED },
  )
}, 120_000)
