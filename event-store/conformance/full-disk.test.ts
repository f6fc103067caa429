// A store whose files may not grow says so, is read as before, and goes on when there is room again.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { failureOf } from './harness.ts'
import { build, end, type ServerProcess, startProcess } from './server-process.ts'

const FILL = 'x'.repeat(100_000)
const MIB = 1024 * 1024
/** With credentials, the client sends an append alone and is told why it failed. */
const ALONE = { credentials: { username: 'admin', password: 'changeit' } }

let dir: string
let running: ServerProcess
let client: EventStoreDBClient
beforeAll(build)
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-full-'))
  await start()
})
afterEach(async () => {
  await stop()
  rmSync(dir, { recursive: true, force: true })
})

async function start(): Promise<void> {
  running = await startProcess('--dir', dir, '--port', '0')
  client = EventStoreDBClient.connectionString(running.connectionString)
}
async function stop(): Promise<void> {
  await client.dispose()
  await end(running.process, 'SIGKILL')
}

/** The largest that a file of the server may become; beyond it, the system refuses as it does when a disk is full. */
const limitFiles = (bytes: number | 'unlimited') =>
  execFileSync('prlimit', [`--pid=${running.process.pid}`, `--fsize=${bytes}:unlimited`])

const append = (options = {}) =>
  client.appendToStream('s', jsonEvent({ type: 't', data: { FILL } }), options)

async function length(): Promise<number> {
  let revision = 0n
  for await (const { event } of client.readStream('s')) expect(event?.revision).toBe(revision++)
  return Number(revision)
}

test.skipIf(process.platform !== 'linux').each([3, 6])(
  'files of %i MiB at most',
  async mib => {
    limitFiles(mib * MIB)
    let written = 0
    const fill = async () => {
      for (; ; written++) await append(ALONE)
    }
    const refusal = (await failureOf(fill())).message
    expect(refusal).toContain('RESOURCE_EXHAUSTED: Nothing was written: The disk is full')
    expect(refusal).toContain(dir)
    const batched = await failureOf(append())
    expect(batched.constructor.name).toBe('UnknownError')
    expect(batched.message).toContain(`there is no room left in ${dir}`)
    expect(await length()).toBe(written)
    limitFiles('unlimited')
    await append()
    expect(await length()).toBe(written + 1)
    const lines = running
      .errors()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(lines.filter(({ msg }) => !msg.startsWith('The event log'))).toEqual([
      expect.objectContaining({
        level: 'error',
        msg: expect.stringMatching(/^The disk is full: .*refused/),
      }),
      expect.objectContaining({ level: 'info', msg: expect.stringContaining('There is room') }),
    ])
    expect(lines.find(({ level }) => level === 'error').dir).toContain(dir)
    await stop()
    await start()
    expect(await length()).toBe(written + 1)
  },
  60_000,
)
