// Killed while they project, the server's own projections double no link and leave none out.
// RUNS=100 kills it a hundred times; SEED repeats a run's moments.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareLinks, settled } from './projected-links.ts'
import { build, end, type ServerProcess, startProcess } from './server-process.ts'
import { testSize } from './test-size.ts'

const RUNS = testSize(4, 100)
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const WRITERS = 6
const LONGEST_LIFE_MS = 400
const MS_A_RUN = 8000

let dir: string
let running: ServerProcess | undefined
beforeAll(() => {
  build()
  dir = mkdtempSync(join(tmpdir(), 'event-store-projections-'))
})
afterAll(async () => {
  if (running) await end(running.process, 'SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

/** A number below 1 that the seed and a count decide. */
const chance = (count: number): number => {
  const mixed = Math.imul((SEED ^ (count * 0x9e3779b9)) >>> 0, 0x85ebca6b)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

/** Appends to new and old streams of three categories until the server is gone. */
async function write(client: EventStoreDBClient, writer: number): Promise<void> {
  for (let i = 0; ; i++) {
    const events = Array.from({ length: 1 + (i % 4) }, () =>
      jsonEvent({ type: `type${i % 5}`, data: {}, metadata: { $correlationId: `k${i % 7}` } }),
    )
    const stream = `cat${writer % 3}-${i % 20 === 0 ? randomUUID() : writer}`
    try {
      await client.appendToStream(stream, events)
    } catch {
      return
    }
  }
}

test(
  `killed ${RUNS} times while they project (SEED=${SEED})`,
  async () => {
    let links = 0
    for (let run = 0; run <= RUNS; run++) {
      running = await startProcess('--dir', dir, '--port', '0', '--start-standard-projections')
      const client = EventStoreDBClient.connectionString(running.connectionString)
      await settled(client)
      links = await compareLinks(client)
      if (run < RUNS) {
        const writers = Array.from({ length: WRITERS }, (_, i) => write(client, i))
        // The moment of the kill is what the test is about; nothing waits for this time to pass.
        await new Promise(resolve => setTimeout(resolve, chance(run) * LONGEST_LIFE_MS))
        await end(running.process, 'SIGKILL')
        await Promise.all(writers)
      }
      await client.dispose()
    }
    expect(links).toBeGreaterThan(RUNS)
  },
  RUNS * MS_A_RUN + 30_000,
)
