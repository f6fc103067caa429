// One process a folder, and no folder that a dead one keeps.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DirectoryInUse, lockDirectory } from './directory-lock.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-lock-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('a folder is held by one at a time, and free again afterwards', () => {
  const unlock = lockDirectory(dir)
  expect(() => lockDirectory(dir)).toThrow(DirectoryInUse)
  unlock()
  lockDirectory(dir)()
})

test('a folder that a dead process left is free', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(join(dir, 'server.lock'), `${pid} 1`)
  lockDirectory(dir)()
  expect(existsSync(join(dir, 'server.lock'))).toBe(false)
})

test('a folder of a living process is not', () => {
  writeFileSync(join(dir, 'server.lock'), `${process.ppid} `)
  expect(() => lockDirectory(dir)).toThrow(`is in use by process ${process.ppid}`)
})
