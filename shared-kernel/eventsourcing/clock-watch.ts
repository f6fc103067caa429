// Compares this process' clock with the event store's, by when the store dated its newest event.
import type { Logger } from '../logging/logger.ts'
import type { EventStore } from './event-store.ts'

export interface ClockWatchOptions {
  readonly store: Pick<EventStore, 'newest'>
  readonly logger: Logger
  readonly now?: () => Date
}

export interface ClockWatch {
  /**
   * What is to be said of the clocks; a difference is logged when it comes up. `justWritten`: something was appended a
   * moment ago, so that the newest event can't be old for another reason. Rejects when the store does not answer.
   */
  readonly compare: (justWritten?: boolean) => Promise<string>
}

/** Clocks of two machines that are well differ by less. */
const mostSeconds = 60

export function createClockWatch(options: ClockWatchOptions): ClockWatch {
  const { store, logger, now = () => new Date() } = options
  let told = false
  return {
    compare: async (justWritten = false) => {
      const newest = await store.newest()
      if (newest === undefined) return 'no event to compare with'
      const seconds = Math.round((newest.recordedAt.getTime() - now().getTime()) / 1_000)
      const differs = seconds > mostSeconds || (justWritten && seconds < -mostSeconds)
      const words = differs
        ? `the event store's newest event is dated ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} this process' clock: one of them is or was wrong`
        : 'agrees with the event store'
      if (differs && !told) logger.warn({ seconds }, words)
      told = differs
      return words
    },
  }
}
