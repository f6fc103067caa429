// One projector at work for ever: leads or stands by, takes pages, writes them, and starts over when Postgres fails.
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { backoffMilliseconds, pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import type { Applied } from './apply-page.ts'
import type { Target } from './checkpoint.ts'
import { DeclarationChanged, ProjectionStopped } from './failures.ts'
import type { Feeds } from './feeds.ts'
import type { GoLive } from './live.ts'
import type { Log } from './log.ts'
import { createProgress } from './progress.ts'
import type { Projector } from './projector.ts'
import { openSession, type Rebuild, type Session } from './session.ts'

export type LaneState = 'connecting' | 'standby' | 'active' | 'stopped'

/** Told of everything that operators want to know of a projector. */
export interface LaneObserver {
  readonly onState: (state: LaneState) => void
  readonly onPosition: (position: Position) => void
  readonly onApplied: (applied: Applied) => void
  readonly onGoLive: (outcome: GoLive) => void
  /** Its rows are made from nothing from here on, and not shown before they are complete. */
  readonly onRebuild: (rebuild: Rebuild) => void
  /** The log could not be asked whether it is still the same; it is asked again. */
  readonly onLogAway: (error: unknown, inARow: number) => void
  /** It starts over by itself. */
  readonly onTrouble: (error: unknown, inARow: number) => void
  /** It does not start again: its author is needed. */
  readonly onStopped: (error: Error) => void
}

export interface LaneOptions {
  readonly connectionString: string
  readonly projector: Projector
  readonly target: Target
  readonly feeds: Feeds
  readonly log: Log
  readonly observer: LaneObserver
  readonly signal: AbortSignal
}

// How long a loss that Postgres does not tell of goes unnoticed: tables dropped by hand, a log that was replaced.
const checkEveryMilliseconds = 1_000

/** Resolves when the signal aborts, or when it has stopped for good at something its author must see to. */
export async function runLane(options: LaneOptions): Promise<void> {
  const { observer, signal } = options
  let inARow = 0
  while (!signal.aborted) {
    let session: Session | undefined
    try {
      observer.onState('connecting')
      session = await openSession({
        ...options,
        onStandby: () => observer.onState('standby'),
        onRebuild: observer.onRebuild,
        onLogAway: observer.onLogAway,
      })
      observer.onState('active')
      observer.onPosition(session.position)
      await follow(session, options, () => {
        inARow = 0
      })
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ProjectionStopped || error instanceof DeclarationChanged) {
        observer.onState('stopped')
        return observer.onStopped(error)
      }
      inARow += 1
      // What is lost first is the connection; what fails on it afterwards only says so less well.
      observer.onTrouble(session?.signal.aborted ? session.signal.reason : error, inARow)
      await pause(backoffMilliseconds(inARow, Math.random, 50, 5_000), signal).catch(
        () => undefined,
      )
    } finally {
      await session?.close()
    }
  }
}

async function follow(
  session: Session,
  { feeds, projector, observer }: LaneOptions,
  onProgress: () => void,
): Promise<void> {
  const progress = createProgress(session, projector, observer)
  let seat = feeds.join(progress.seen())
  let checkAt = performance.now() + checkEveryMilliseconds
  try {
    for (;;) {
      const untilCheck = Math.max(0, checkAt - performance.now())
      const rest = progress.restMilliseconds() ?? untilCheck
      const page = await seat.take(session.signal, Math.min(rest, untilCheck))
      // A feed that has ended may have lost the log, and another may stand in its place.
      if (page === 'unseated' || performance.now() >= checkAt) {
        await session.check()
        checkAt = performance.now() + checkEveryMilliseconds
      }
      if (page === 'unseated') seat = feeds.join(progress.seen())
      else if (page === 'late') await progress.rest()
      else {
        await progress.take(page)
        onProgress()
        if (page.caughtUp) seat = feeds.merge(seat, progress.seen())
      }
    }
  } finally {
    seat.leave()
  }
}
