// The supervisor over small processes that are ready, never ready, die, or do not want to stop.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from './processes/free-port.ts'
import { identityOf } from './processes/process-identity.ts'
import { openProcessLog } from './processes/process-log.ts'
import { program } from './repository.ts'
import { httpService } from './services.ts'
import {
  createSupervisor,
  type ServiceChange,
  type Supervisor,
  type SupervisorOptions,
} from './supervisor.ts'
import { ensureBuilt } from './testing/ensure-built.ts'

const cleanups: (() => unknown)[] = []
beforeAll(() => ensureBuilt('platform'))
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function supervisor(options: Partial<SupervisorOptions> = {}) {
  const changes: ServiceChange[] = []
  const waiting: { is: (change: ServiceChange) => boolean; resolve: () => void }[] = []
  const created = createSupervisor({
    ...options,
    onChange(change) {
      changes.push(change)
      for (const { is, resolve } of waiting) if (is(change)) resolve()
    },
  })
  cleanups.push(() => created.killAll())
  const next = (is: (change: ServiceChange) => boolean) =>
    new Promise<void>(resolve => waiting.push({ is, resolve }))
  return { ...created, changes, next }
}

async function add(to: Supervisor, name: string, behaviour = 'ready') {
  const folder = mkdtempSync(join(tmpdir(), 'supervisor-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const terminal: string[] = []
  const log = openProcessLog(join(folder, `${name}.log`), line => terminal.push(line))
  const env = { PATH: process.env.PATH, FIXTURE_PORT: String(port), FIXTURE_BEHAVIOUR: behaviour }
  const script = program('platform', 'testing/fixtures/service.js')
  const supervised = to.supervise(httpService({ name, script, url, env, log }))
  return { supervised, url, terminal, log, logFile: join(folder, `${name}.log`) }
}

async function pidBehind(url: string): Promise<number> {
  const answer = await fetch(url)
  return ((await answer.json()) as { pid: number }).pid
}

describe('the supervisor', () => {
  test('says ready when the process does', async () => {
    const house = supervisor()
    const { supervised, url } = await add(house, 'one')
    await supervised.untilReady()
    expect(await pidBehind(url)).toBe(supervised.pid)
    expect(house.changes.map(({ to }) => to)).toEqual(['started', 'ready'])
  })

  test('keeps every line in a file and shows people the troubles only', async () => {
    const house = supervisor()
    const { supervised, terminal, log, logFile } = await add(house, 'one')
    await supervised.untilReady()
    await house.stop()
    await log.close()
    expect(readFileSync(logFile, 'utf8')).toMatch(/"msg":"listening".*words outside the log/s)
    expect(terminal.toSorted()).toEqual(['warn: a warning (its cause)', 'words outside the log'])
  })

  test('starts a killed process again, on the same port', async () => {
    const house = supervisor()
    const { supervised, url } = await add(house, 'one')
    await supervised.untilReady()
    const first = supervised.pid
    await supervised.kill()
    await supervised.untilReady()
    expect(await pidBehind(url)).not.toBe(first)
    expect(supervised.restarts).toBe(1)
    expect(house.changes).toContainEqual(expect.objectContaining({ to: 'died', how: 'SIGKILL' }))
  })

  test('holds a process down until it is released', async () => {
    const house = supervisor()
    const { supervised, url } = await add(house, 'one')
    await supervised.untilReady()
    const died = house.next(({ to }) => to === 'died')
    await supervised.hold()
    await died
    expect(supervised.pid).toBeUndefined()
    await expect(fetch(url)).rejects.toThrow()
    supervised.release()
    await supervised.untilReady()
    expect((await fetch(url)).status).toBe(200)
  })

  test('gives up on a process that dies at every start, with its last words', async () => {
    const house = supervisor()
    const { supervised } = await add(house, 'broken', 'dies')
    await expect(supervised.untilReady()).rejects.toThrow(/broken died .* code 3.*no such setting/)
    const delays = house.changes.flatMap(change =>
      change.to === 'died' ? [change.restartInMs] : [],
    )
    expect(delays).toEqual([100, 200, 400])
  })

  test('gives up on a process that is never ready, and names the failing check', async () => {
    const house = supervisor({ readyWithinMs: 5_000 })
    const { supervised } = await add(house, 'slow', 'never-ready')
    await expect(supervised.untilReady()).rejects.toThrow(
      'slow is not ready after 5 s: database: no table yet',
    )
  })

  test('kills a process that hangs, says so, and starts it again', async () => {
    const house = supervisor({ silentMs: 600 })
    const { supervised, url } = await add(house, 'one')
    await supervised.untilReady()
    const first = supervised.pid as number
    const hung = house.next(({ to }) => to === 'hung')
    process.kill(first, 'SIGSTOP')
    await hung
    await house.next(({ to }) => to === 'ready')
    expect(await pidBehind(url)).not.toBe(first)
  })

  test('starts nothing any more once it stops', async () => {
    const house = supervisor()
    const stopping = house.stop()
    await expect(add(house, 'late')).rejects.toThrow('late is not started')
    await stopping
  })

  test('stops the last started first, and kills what does not want to stop', async () => {
    const house = supervisor({ graceMs: 200 })
    const first = await add(house, 'first')
    const second = await add(house, 'second', 'ignores-sigterm')
    await Promise.all([first.supervised.untilReady(), second.supervised.untilReady()])
    const pids = [first.supervised.pid as number, second.supervised.pid as number]
    await house.stop()
    expect(pids.map(identityOf)).toEqual([undefined, undefined])
    expect(house.changes.filter(({ to }) => to === 'stopped').map(({ name }) => name)).toEqual([
      'second',
      'first',
    ])
  })

  test('stops a process that waits for its restart', async () => {
    const house = supervisor()
    const { supervised } = await add(house, 'one')
    await supervised.untilReady()
    const died = house.next(({ to }) => to === 'died')
    await supervised.hold()
    await died
    await house.stop()
    expect(house.changes.at(-1)?.to).toBe('stopped')
    await expect(supervised.untilReady()).rejects.toThrow('one is stopped')
  })
})
