// Whatever clients do, the server answers as a model of a few lines does; also when it is killed in between.
// RUNS does more of it; SEED repeats a run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient } from '@eventstore/db-client'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EventStoreServer, startEventStore } from '../index.ts'
import { action, CLIENTS } from './model-actions.ts'
import { Session } from './model-session.ts'
import { build, end, type ServerProcess, startProcess } from './server-process.ts'
import { testSize } from './test-size.ts'

const RUNS = testSize(200, 5_000)
const KILLS = Math.ceil(RUNS / 50)
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const MS_A_RUN = 500
const MS_A_KILL = 5000
const LONGEST = { maxLength: 16, size: 'max' } as const

const connect = (to: string): EventStoreDBClient[] =>
  Array.from({ length: CLIENTS }, () => EventStoreDBClient.connectionString(to))
const disposeOf = (clients: readonly EventStoreDBClient[]) =>
  Promise.all(clients.map(client => client.dispose()))

let dir: string
let server: EventStoreServer
let running: ServerProcess | undefined
let clients: EventStoreDBClient[] = []
beforeAll(async () => {
  build()
  dir = mkdtempSync(join(tmpdir(), 'event-store-model-'))
  server = await startEventStore({ memory: true })
})
afterAll(async () => {
  await disposeOf(clients)
  if (running) await end(running.process, 'SIGKILL')
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

test(
  `${RUNS} runs are answered as the model answers (SEED=${SEED})`,
  async () => {
    clients = connect(server.connectionString)
    const run = fc.asyncProperty(fc.array(action, LONGEST), async actions => {
      const session = await Session.begin(clients)
      for (const one of actions) await session.perform(one)
      await session.finish()
    })
    await fc.assert(run, { numRuns: RUNS, seed: SEED })
    await disposeOf(clients)
    clients = []
  },
  RUNS * MS_A_RUN + 30_000,
)

test(
  `${KILLS} runs with a kill in the middle are, too (SEED=${SEED})`,
  async () => {
    const restart = async () => {
      await disposeOf(clients)
      clients = []
      if (running) await end(running.process, 'SIGKILL')
      running = await startProcess('--dir', dir, '--port', '0')
      clients = connect(running.connectionString)
    }
    await restart()
    const part = fc.array(action, LONGEST)
    const run = fc.asyncProperty(part, part, async (before, after) => {
      const session = await Session.begin(clients)
      for (const one of before) await session.perform(one)
      await restart()
      session.reconnect(clients)
      for (const one of after) await session.perform(one)
      await session.finish()
    })
    await fc.assert(run, { numRuns: KILLS, seed: SEED })
    expect(running).toBeDefined()
  },
  KILLS * MS_A_KILL + 30_000,
)
