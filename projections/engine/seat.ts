// A projector's place at a feed: the pages that were read ahead for it.
import type { Decoded } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { createBell } from './bell.ts'

/** A page of the log, read back into events once for all projectors. */
export interface DecodedPage {
  readonly events: readonly Decoded[]
  readonly position: Position
  readonly caughtUp: boolean
}

export interface Seat {
  /**
   * The next page; `late` when none comes within that long, `unseated` when none will come any more. Rejects with the
   * signal's reason.
   */
  readonly take: (
    signal: AbortSignal,
    withinMilliseconds?: number,
  ) => Promise<DecodedPage | 'late' | 'unseated'>
  readonly leave: () => void
}

/** The feed's side of a seat. */
export interface SeatAtFeed extends Seat {
  readonly offer: (page: DecodedPage) => void
  /** A page waits here for its projector, which is at work on the one before. */
  readonly isFull: () => boolean
  /** No page comes after those that wait. */
  readonly close: () => void
}

/** A seat with room for one page beside the one that is worked on. `onTaken` is told when there is room again. */
export function createSeat(onTaken: () => void, onLeave: (seat: SeatAtFeed) => void): SeatAtFeed {
  const pages: DecodedPage[] = []
  const bell = createBell()
  let open = true
  const seat: SeatAtFeed = {
    offer: page => {
      pages.push(page)
      bell.ring()
    },
    isFull: () => pages.length > 0,
    close: () => {
      open = false
      bell.ring()
    },
    take: async (signal, withinMilliseconds) => {
      signal.throwIfAborted()
      if (pages.length === 0 && open) await bell.next(signal, withinMilliseconds)
      const page = pages.shift()
      if (page) {
        onTaken()
        return page
      }
      return open ? 'late' : 'unseated'
    },
    leave: () => onLeave(seat),
  }
  return seat
}
