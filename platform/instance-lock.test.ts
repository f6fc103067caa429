// The lock on a data folder: held by one, taken over from the dead.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AlreadyRunning, lockInstance } from './instance-lock.ts'
import { identityOf } from './processes/process-identity.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'instance-lock-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

async function endedProcess() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  const identity = identityOf(child.pid as number)
  child.kill('SIGKILL')
  await once(child, 'exit')
  return identity
}

test('a second instance is told where the first one runs', async () => {
  const lock = await lockInstance(dataDir, 'http://localhost:4711')
  const second = lockInstance(dataDir, 'http://localhost:4712')
  await expect(second).rejects.toThrow(AlreadyRunning)
  await expect(second).rejects.toThrow('http://localhost:4711')
  lock.release()
  await lockInstance(dataDir, 'http://localhost:4712')
})

test('the lock of a killed instance is taken over by exactly one of many', async () => {
  const supervisor = await endedProcess()
  writeFileSync(join(dataDir, 'running.json'), JSON.stringify({ supervisor, url: 'http://old' }))
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, () => lockInstance(dataDir, 'http://localhost:1')),
  )
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(readdirSync(dataDir)).toEqual(['running.json'])
})

test('a lock whose process id now belongs to another process is stale', async () => {
  const stranger = { pid: process.pid, startedAt: 'long ago' }
  writeFileSync(join(dataDir, 'running.json'), JSON.stringify({ supervisor: stranger, url: 'x' }))
  const lock = await lockInstance(dataDir, 'http://localhost:1')
  lock.release()
  expect(existsSync(join(dataDir, 'running.json'))).toBe(false)
})

test('a lock that was cut off while it was written is stale', async () => {
  writeFileSync(join(dataDir, 'running.json'), '{"supervi')
  await lockInstance(dataDir, 'http://localhost:1')
})

test('what a killed instance left running is ended, strangers are not', async () => {
  const leftover = spawn('sleep', ['60'], { stdio: 'ignore' })
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
  const identities = [
    identityOf(leftover.pid as number),
    { pid: stranger.pid, startedAt: 'long ago' },
  ]
  writeFileSync(join(dataDir, 'processes.json'), JSON.stringify(identities))
  const ended = once(leftover, 'exit')
  await lockInstance(dataDir, 'http://localhost:1')
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(stranger.signalCode).toBeNull()
  stranger.kill('SIGKILL')
})
