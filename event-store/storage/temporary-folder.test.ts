// What killed processes leave is cleared away, what others are using is not.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDirectory } from './directory-lock.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'event-store-folders-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const { pid: dead } = spawnSync(process.execPath, ['-e', ''])
function leftBy(pid: number, name?: string): string {
  const folder = name ? join(root, name) : makeTemporaryFolder(root)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'server.lock'), `${pid} `)
  writeFileSync(join(folder, 'format'), 'x')
  return folder
}

test('the folder of a killed process is removed when the next one makes its own', () => {
  const abandoned = leftBy(dead)
  const mine = makeTemporaryFolder(root)
  expect([existsSync(abandoned), existsSync(mine)]).toEqual([false, true])
})

test('the folders of living processes stay, and those that are of another kind', () => {
  const others = leftBy(process.ppid)
  const fresh = makeTemporaryFolder(root)
  const own = makeTemporaryFolder(root)
  const unlock = lockDirectory(own)
  const durable = leftBy(dead, 'event-store-of-mine')
  makeTemporaryFolder(root)
  expect([others, fresh, own, durable].map(existsSync)).toEqual([true, true, true, true])
  unlock()
})
