// Takes readers on to the log's end where only events lie that their filter skips, which the store tells of in lots.
import { laterOf, type Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import type { LogPage } from '@cryptotalks/shared-kernel/eventsourcing/subscription'
import type { FollowLog } from './feeds.ts'

/** How far the log after a position holds only skipped events; that position when there is anything else, or nothing. */
export type SkippedTo = (position: Position) => Promise<Position>

/**
 * Follows as `follow` does. When history has been read and no page has come for a while, it looks for itself; what it
 * finds is a completed prefix, since an event to follow would have been seen there.
 */
export const withTail = (
  follow: FollowLog,
  skippedTo: SkippedTo,
  idleMilliseconds: number,
): FollowLog =>
  async function* (from, signal) {
    // Whoever leaves in the middle must not wait for a page that may never come.
    const left = new AbortController()
    const pages = follow(from, AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]()
    let position = from ?? 0n
    let caughtUp = false
    let next = pages.next()
    try {
      for (;;) {
        const result = caughtUp ? await orIdle(next, idleMilliseconds) : await next
        if (result === 'idle') {
          // The subscription tells of a store that is away; this only misses its turn.
          const to = await skippedTo(position).catch(() => position)
          if (to <= position) continue
          position = to
          yield { events: [], position, caughtUp }
          continue
        }
        if (result.done) return
        const page: LogPage = {
          ...result.value,
          position: laterOf(result.value.position, position),
        }
        position = page.position
        caughtUp = page.caughtUp
        yield page
        next = pages.next()
      }
    } finally {
      left.abort(new Error('The reader has left'))
      await Promise.allSettled([next, pages.return?.(undefined)])
    }
  }

async function orIdle<T>(next: Promise<T>, milliseconds: number): Promise<T | 'idle'> {
  const settled = new AbortController()
  const idle = pause(milliseconds, settled.signal).then(
    () => 'idle' as const,
    () => next,
  )
  try {
    return await Promise.race([next, idle])
  } finally {
    settled.abort()
  }
}
