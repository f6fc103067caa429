// Killed at any moment, the server loses nothing that it acknowledged and shows nothing twice.
// RUNS=100 kills it a hundred times; SEED repeats a run's moments.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient, type JSONEventType, jsonEvent, START } from '@eventstore/db-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, end, type ServerProcess, startProcess } from './server-process.ts'
import { testSize } from './test-size.ts'

const RUNS = testSize(10, 1_000)
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const WRITERS = 16
const LONGEST_LIFE_MS = 200
const MS_A_RUN = 15_000
/** In between, only what follows the last read is read: what an earlier one saw can't be lost unseen for long. */
const RUNS_A_FULL_READ = 20

let dir: string
let running: ServerProcess | undefined
beforeAll(() => {
  build()
  dir = mkdtempSync(join(tmpdir(), 'event-store-crash-'))
})
afterAll(async () => {
  if (running) await end(running.process, 'SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

/** Small, and the same in every engine: mulberry32. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

type Counted = JSONEventType<'counted', { readonly n: number }>

/** Appends to a stream of its own; after an unknown outcome it sends the very same again. */
class StreamWriter {
  readonly stream: string
  readonly #random: () => number
  #unsure: ReturnType<typeof jsonEvent<Counted>>[] | undefined
  /** Events that the server said it has. */
  acknowledged = 0

  constructor(stream: string, random: () => number) {
    this.stream = stream
    this.#random = random
  }

  async write(client: EventStoreDBClient, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const batch = this.#unsure ?? this.#next()
      this.#unsure = batch
      const head = this.acknowledged - 1
      try {
        await client.appendToStream(this.stream, batch, {
          expectedRevision: head < 0 ? 'no_stream' : BigInt(head),
        })
      } catch (error) {
        if ((error as Error).constructor.name === 'WrongExpectedVersionError') throw error
        return
      }
      this.acknowledged += batch.length
      this.#unsure = undefined
    }
  }

  #next() {
    const length = 1 + Math.floor(this.#random() * 5)
    return Array.from({ length }, (_, i) =>
      jsonEvent<Counted>({ id: randomUUID(), type: 'counted', data: { n: this.acknowledged + i } }),
    )
  }

  get unsure(): number {
    return this.#unsure?.length ?? 0
  }
}

/** What a reader has seen: of the log how far, of each stream how much, and every id. */
interface Seen {
  position: bigint
  readonly lengths: Map<string, number>
  readonly ids: Set<string>
}

const nothingSeen = (writers: StreamWriter[]): Seen => ({
  position: 0n,
  lengths: new Map(writers.map(({ stream }) => [stream, 0])),
  ids: new Set(),
})

/** Reads what follows and holds it against what the writers know. */
async function check(client: EventStoreDBClient, writers: StreamWriter[], seen: Seen) {
  const { position, lengths, ids } = seen
  const fromPosition = position === 0n ? START : { commit: position, prepare: position }
  for await (const { event } of client.readAll({ fromPosition })) {
    if (!event || event.position.commit === position) continue
    const next = lengths.get(event.streamId)
    const { n } = event.data as Counted['data']
    const inOrder = next === undefined || (event.revision === BigInt(next) && n === next)
    if (event.position.commit <= seen.position || ids.has(event.id) || !inOrder) {
      throw new Error(`Behind ${seen.position}: ${event.revision}@${event.streamId}, ${event.id}`)
    }
    seen.position = event.position.commit
    ids.add(event.id)
    if (next !== undefined) lengths.set(event.streamId, next + 1)
  }
  for (const writer of writers) {
    const length = lengths.get(writer.stream)
    expect([writer.acknowledged, writer.acknowledged + writer.unsure]).toContain(length)
  }
}

test(
  `killed ${RUNS} times under ${WRITERS} writers (SEED=${SEED})`,
  async () => {
    const random = generator(SEED)
    const writers = Array.from(
      { length: WRITERS },
      (_, i) => new StreamWriter(`writer-${i}`, random),
    )
    let seen = nothingSeen(writers)
    for (let run = 0; run < RUNS; run++) {
      running = await startProcess('--dir', dir, '--port', '0')
      const client = EventStoreDBClient.connectionString(running.connectionString)
      if (run % RUNS_A_FULL_READ === 0) seen = nothingSeen(writers)
      await check(client, writers, seen)
      let over = false
      const writing = Promise.all(writers.map(writer => writer.write(client, () => over)))
      // The moment of the kill is what the test is about; nothing waits for this time to pass.
      await new Promise(resolve => setTimeout(resolve, random() * LONGEST_LIFE_MS))
      over = true
      await end(running.process, 'SIGKILL')
      await writing
      await client.dispose()
    }
    running = await startProcess('--dir', dir, '--port', '0')
    const client = EventStoreDBClient.connectionString(running.connectionString)
    await check(client, writers, nothingSeen(writers))
    expect(writers.some(({ acknowledged }) => acknowledged > 0)).toBe(true)
    await client.dispose()
  },
  RUNS * MS_A_RUN + 30_000,
)

test('a folder in use, a port in use and wrong arguments are said clearly', async () => {
  const live = running ?? (await startProcess('--dir', dir, '--port', '0'))
  running = live
  const port = /:(\d+)\?/.exec(live.connectionString)?.[1] as string
  await expect(startProcess('--dir', dir, '--port', '0')).rejects.toThrow(
    `It ended with 1: cryptotalks-event-store: ${dir} is in use by process ${live.process.pid}.`,
  )
  await expect(startProcess('--memory', '--port', port)).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use.`,
  )
  await expect(startProcess('--port', '0')).rejects.toThrow('Either --dir or --memory is needed.')
})

test('SIGTERM stops it cleanly, with a subscriber and a writer connected', async () => {
  const live = running ?? (await startProcess('--dir', dir, '--port', '0'))
  const client = EventStoreDBClient.connectionString(live.connectionString)
  const subscription = client.subscribeToAll()
  subscription.on('error', () => {}).resume()
  await new Promise<void>(resolve => subscription.once('caughtUp', () => resolve()))
  await client.appendToStream('last-words', jsonEvent({ type: 'said', data: {} }))
  expect(await end(live.process, 'SIGTERM')).toBe(0)
  running = undefined
  await client.dispose()
})
