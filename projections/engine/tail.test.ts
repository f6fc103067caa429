import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import type { LogPage } from '@cryptotalks/shared-kernel/eventsourcing/subscription'
import { describe, expect, it } from 'vitest'
import { createScriptedLog } from '../testing/scripted-log.ts'
import { createBell } from './bell.ts'
import type { FollowLog } from './feeds.ts'
import { withTail } from './tail.ts'

const { signal } = new AbortController()

/** Gives these pages, then waits for ever. */
const pagesThenSilence = (...positions: readonly Position[]): FollowLog =>
  async function* (_from, until) {
    for (const position of positions) yield { events: [], position, caughtUp: true }
    await createBell()
      .next(until)
      .catch(() => undefined)
  }

async function take(pages: AsyncIterable<LogPage>, count: number): Promise<Position[]> {
  const positions: Position[] = []
  for await (const { position } of pages) {
    positions.push(position)
    if (positions.length === count) break
  }
  return positions
}

describe('the tail of the log', () => {
  it('is reached when only skipped events lie there, and again when more do', async () => {
    const tails = [120n, 120n, 150n]
    const follow = withTail(pagesThenSilence(100n), async () => tails.shift() ?? 150n, 1)
    expect(await take(follow(undefined, signal), 3)).toEqual([100n, 120n, 150n])
  })

  it('is not guessed at while the store is away', async () => {
    let tries = 0
    const skippedTo = async () => {
      tries += 1
      if (tries < 3) throw new Error('The store is away')
      return 120n
    }
    const follow = withTail(pagesThenSilence(100n), skippedTo, 1)
    expect(await take(follow(undefined, signal), 2)).toEqual([100n, 120n])
    expect(tries).toBe(3)
  })

  it('never leads back, whatever a late page says', async () => {
    const late: FollowLog = async function* () {
      yield { events: [], position: 100n, caughtUp: true }
      await tailTaken.next(signal)
      yield { events: [], position: 110n, caughtUp: true }
    }
    const tailTaken = createBell()
    const skippedTo = async () => {
      setImmediate(tailTaken.ring)
      return 120n
    }
    expect(await take(withTail(late, skippedTo, 1)(undefined, signal), 3)).toEqual([
      100n,
      120n,
      120n,
    ])
  })

  it('is not looked for before history has been read', async () => {
    const log = createScriptedLog(10)
    const end = await log.append(
      ...Array.from({ length: 35 }, () => ({ type: 'Ignored', data: {} })),
    )
    let looks = 0
    const skippedTo = async (position: Position) => {
      looks += 1
      return position + 1n
    }
    const positions = await take(withTail(log.follow, skippedTo, 1)(undefined, signal), 5)
    expect(positions).toEqual([1_000n, 2_000n, 3_000n, end, end + 1n])
    expect(looks).toBe(1)
  })
})
