import type { Decoded } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScriptedLog, type ScriptedLog } from '../testing/scripted-log.ts'
import { createFeeds, type FeedOptions } from './feeds.ts'
import type { Seat } from './seat.ts'

let log: ScriptedLog
let stopping: AbortController
beforeEach(() => {
  log = createScriptedLog(10)
  stopping = new AbortController()
})
afterEach(() => stopping.abort(new Error('The test is over')))

const ignored = { type: 'Ignored', data: {} }
const many = (count: number) => Array.from({ length: count }, () => ignored)

const feedsOver = (options: Partial<FeedOptions> = {}) =>
  createFeeds({
    follow: log.follow,
    decode: async stored => stored.map((one): Decoded => ({ kind: 'unknown', stored: one })),
    signal: stopping.signal,
    onTrouble: () => undefined,
    gatherMilliseconds: 1,
    patienceMilliseconds: 20,
    ...options,
  })

/** Takes pages until they reach a position, or none come any more; gives how many events there were. */
async function takeUntil(seat: Seat, position: bigint): Promise<number | 'unseated'> {
  for (let events = 0; ; ) {
    const page = await seat.take(stopping.signal)
    if (page === 'unseated') return page
    if (page === 'late') throw new Error('There was no limit of time')
    events += page.events.length
    if (page.position >= position) return events
  }
}

describe('feeds', () => {
  it('read the log once for all who stand at the same place', async () => {
    const end = await log.append(...many(25))
    const feeds = feedsOver()
    const seats = [feeds.join(0n), feeds.join(0n), feeds.join(500n)]
    expect(await Promise.all(seats.map(seat => takeUntil(seat, end)))).toEqual([25, 25, 25])
    expect(log.readers()).toBe(1)
  })

  it('read apart for one who stands far behind, until it has caught up', async () => {
    await log.append(...many(25))
    log.skip(2_000_000n)
    const end = await log.append(ignored)
    const feeds = feedsOver()
    const ahead = feeds.join(end)
    const behind = feeds.join(0n)
    expect(await takeUntil(behind, end)).toBe(26)
    await takeUntil(ahead, end)
    expect(log.readers()).toBe(2)
    const merged = feeds.merge(behind, end)
    expect(merged).not.toBe(behind)
    const next = await log.append(ignored)
    expect(await Promise.all([takeUntil(merged, next), takeUntil(ahead, next)])).toEqual([1, 1])
    expect(await takeUntil(behind, next)).toBe('unseated')
  })

  it('hold at most one page for each, and read no further', async () => {
    await log.append(...many(100))
    let read = 0
    const feeds = feedsOver({
      decode: async stored => {
        read += stored.length
        return []
      },
    })
    const seat = feeds.join(0n)
    await seat.take(stopping.signal)
    await seat.take(stopping.signal)
    expect(read).toBeLessThanOrEqual(30)
  })

  it('go on without one who does not take its page, and never lose one who is alone', async () => {
    const feeds = feedsOver()
    const [quick, slow] = [feeds.join(0n), feeds.join(0n)]
    const end = await log.append(...many(50))
    expect(await takeUntil(quick, end)).toBe(50)
    expect(await takeUntil(slow, end)).toBe('unseated')
    const alone = feedsOver({ patienceMilliseconds: 0 }).join(0n)
    expect(await takeUntil(alone, end)).toBe(50)
  })

  it('try again for ever to read what could not be read back', async () => {
    let failures = 0
    const feeds = feedsOver({
      decode: async () => {
        failures += 1
        if (failures < 3) throw new Error('The keys are away')
        return []
      },
    })
    const seat = feeds.join(0n)
    const end = await log.append(ignored)
    await takeUntil(seat, end)
    expect(failures).toBeGreaterThanOrEqual(3)
  })
})
