// Damage in the log is told of soon after a start, though nobody reads what it hit, and whatever else goes on.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventStoreDBClient } from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { events } from '../conformance/harness.ts'
import { type Finding, startEventStore } from '../index.ts'
import { LogWatch, type Watched } from './log-watch.ts'
import { append, useLogs } from './test-log.ts'

const logs = useLogs()

/** Flips a bit in the middle of a file of the log. */
function damage(store: string, file = 0): string {
  const folder = join(logs.folder(store), 'log')
  const path = join(folder, readdirSync(folder).toSorted()[file] as string)
  const bytes = readFileSync(path)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] as number) ^ 1
  writeFileSync(path, bytes)
  return path
}

const watchWhole = (store: string): Promise<Watched & { readonly told: number }> =>
  new Promise(resolve => {
    let told = 0
    const log = logs.open(store, { segmentBytes: 300_000 })
    const listener = {
      onFault: () => told++,
      onDone: (watched: Watched) => resolve({ ...watched, told }),
    }
    new LogWatch(log, listener).start()
    // What is written meanwhile is not its concern.
    append(log, 'meanwhile')
  })

async function fill(): Promise<void> {
  const log = logs.open('store', { segmentBytes: 300_000 })
  for (let i = 0; i < 10; i++) {
    append(log, `s-${i % 3}`, 10, 10_000)
    log.maintain()
  }
  await logs.close(log)
}

test('a log that is as it was written is walked from its beginning to where it ended at the start', async () => {
  await fill()
  const { done, events: seen, faults, verifiedTo, of } = await watchWhole('store')
  expect([done, seen, faults]).toEqual([true, 100, []])
  expect(verifiedTo).toBe(of)
})

test('a flipped bit in a finished file is told of with its file and position, and what follows is looked at', async () => {
  await fill()
  const path = damage('store')
  const { faults, told, events: seen } = await watchWhole('store')
  expect(faults).toEqual([
    {
      file: path,
      position: expect.any(Number),
      words: expect.stringMatching(/position \d+ is damaged/),
    },
  ])
  expect(told).toBe(1)
  expect(seen).toBeGreaterThan(85)
})

test('a server starts on it, says so in its log, on its pages and to whoever reads there, and serves the rest', async () => {
  const dir = logs.folder('served')
  const first = await startEventStore({ dir })
  const writer = EventStoreDBClient.connectionString(first.connectionString)
  for (let i = 0; i < 50; i++) await writer.appendToStream(`s-${i}`, events('x'.repeat(20_000)))
  await writer.dispose()
  await first.stop()
  // The index is not asked for what stands in the middle of the log.
  damage('served')

  const found: Finding[] = []
  const server = await startEventStore({ dir, report: finding => found.push(finding) })
  const page = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`)
    return {
      status: answer.status,
      body: answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>),
    }
  }
  await expect
    .poll(() => found.map(({ kind }) => kind), { timeout: 20_000 })
    .toEqual(['damage', 'verified'])
  const [damaged] = found as [Extract<Finding, { kind: 'damage' }>]
  expect(damaged.file).toContain(join('served', 'log'))
  expect((await page('/health/live')).status).toBe(204)
  expect(await page('/health/log')).toMatchObject({
    status: 503,
    body: { status: 'damaged', done: true, faults: [{ position: damaged.position }] },
  })
  expect((await page('/stats')).body).toMatchObject({
    es: {
      log: {
        verified: { percent: 100 },
        damage: { places: 1, file: damaged.file, position: damaged.position },
      },
    },
  })

  const client = EventStoreDBClient.connectionString(server.connectionString)
  const failures: string[] = []
  let read = 0
  for (let i = 0; i < 50; i++) {
    try {
      for await (const _ of client.readStream(`s-${i}`)) read++
    } catch (error) {
      failures.push(String(error))
    }
  }
  expect(read).toBe(49)
  expect(failures).toEqual([expect.stringContaining(`position ${damaged.position} is damaged`)])
  await client.appendToStream('more', events('a'))
  await client.dispose()
  await server.stop()
})
