import { describe, expect, it } from 'vitest'
import { createLogger } from '../logging/logger.ts'
import { createClockWatch } from './clock-watch.ts'
import type { EventStore } from './event-store.ts'

const noon = Date.parse('2026-03-08T12:00:00.000Z')

function watching(recordedSeconds: number) {
  const lines: string[] = []
  const newest = { recordedAt: new Date(noon + recordedSeconds * 1_000) }
  const watch = createClockWatch({
    store: { newest: async () => newest as Awaited<ReturnType<EventStore['newest']>> },
    logger: createLogger({ name: 'x', destination: { write: line => lines.push(line) } }),
    now: () => new Date(noon),
  })
  return { watch, lines }
}

describe('the clocks', () => {
  it.each([
    [60, false],
    [-3_600, false],
    [-60, true],
  ])('agree at %i s', async (seconds, justWritten) => {
    const { watch, lines } = watching(seconds)
    expect(await watch.compare(justWritten)).toBe('agrees with the event store')
    expect(lines).toEqual([])
  })

  it.each([
    [61, false, '61 s ahead of'],
    [-61, true, '61 s behind'],
  ])('differ at %i s, which is logged once', async (seconds, justWritten, words) => {
    const { watch, lines } = watching(seconds)
    for (let times = 0; times < 3; times++)
      expect(await watch.compare(justWritten)).toContain(words)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(words)
  })
})
