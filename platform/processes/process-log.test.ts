// The log of a process where its file can't be written.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openProcessLog } from './process-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'process-log-'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

test.skipIf(process.platform !== 'linux')(
  'on a full disk says so once, loses lines only, and goes on when there is room again',
  async () => {
    const file = join(folder, 'x.log')
    // Every write to it fails as on a full disk.
    symlinkSync('/dev/full', file)
    const terminal: string[] = []
    const log = openProcessLog(file, line => terminal.push(line))
    log.write('first')
    await vi.waitFor(() => expect(terminal).toHaveLength(1 + 1))
    expect(terminal.join()).toContain('no space left on device')
    log.write('second')
    log.write('third')
    expect(log.lastLines()).toEqual(['first', 'second', 'third'])
    unlinkSync(file)
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
    log.write('fourth')
    await log.close()
    expect(readFileSync(file, 'utf8')).toMatch(/"lines":2.*\nfourth\n$/)
    expect(terminal.filter(line => line.includes('no space'))).toHaveLength(1)
  },
)

test('whose file can not be moved aside goes on', async () => {
  const file = join(folder, 'y.log')
  mkdirSync(`${file}.1`)
  const log = openProcessLog(file, () => {})
  for (let line = 0; line < 25; line++) log.write('x'.repeat(1024 * 1024))
  expect(log.lastLines()).toHaveLength(20)
  await log.close()
})
