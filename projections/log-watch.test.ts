import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { describe, expect, it } from 'vitest'
import { createLogWatch } from './log-watch.ts'

function watching() {
  const lines: string[] = []
  let at = 0
  const logger = createLogger({ name: 'x', destination: { write: line => lines.push(line) } })
  const watch = createLogWatch(logger, () => at)
  const pass = (milliseconds: number) => {
    at += milliseconds
  }
  return { watch, lines, pass }
}

describe('a log that can not be read', () => {
  it('is damaged where the store says so, and as long as it says so', async () => {
    const { watch, lines, pass } = watching()
    watch.onTrouble('lost')(new Error('UNKNOWN: The record at position 51954 is damaged.'), 1)
    expect(lines[0]).toMatch(/"level":"error".*the event log is damaged/)
    await expect(watch.check()).rejects.toThrow('The record at position 51954 is damaged')
    pass(61_000)
    await expect(watch.check()).resolves.toBeUndefined()
  })

  it('is merely out of reach otherwise', async () => {
    const { watch, lines } = watching()
    watch.onTrouble('the event store was lost')(new Error('UNAVAILABLE'), 1)
    expect(lines[0]).toMatch(/"level":"warn".*the event store was lost/)
    await expect(watch.check()).resolves.toBeUndefined()
  })
})
