// What the worker that leads a projector does with the pages it takes, and while none come.
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { type Applied, applyPage, skipTo } from './apply-page.ts'
import { liesInTheData } from './failures.ts'
import { type Step, stepOf } from './fold.ts'
import type { LaneObserver } from './lane.ts'
import { goLive } from './live.ts'
import type { Projector } from './projector.ts'
import type { DecodedPage } from './seat.ts'
import type { Session } from './session.ts'

export interface Progress {
  /** Everything up to here was applied or is none of the projector's. */
  readonly seen: () => Position
  readonly take: (page: DecodedPage) => Promise<void>
  /** After how long without a page `rest` has something to do. */
  readonly restMilliseconds: () => number | undefined
  readonly rest: () => Promise<void>
}

// Somebody may wait for a position whose event is none of the projector's: the checkpoint moves there when no page
// comes for a moment, and while they keep coming, at least this often.
const skipLingerMilliseconds = 10
const longestSkipMilliseconds = 200
// A copy that is not complete yet may be so later, and counting rows is work.
const goLiveAgainMilliseconds = 2_000

export function createProgress(
  session: Session,
  projector: Projector,
  observer: LaneObserver,
): Progress {
  let seen = session.position
  let skippingSince: number | undefined
  let goLiveAt: number | undefined

  const save = async () => {
    if (skippingSince === undefined) return
    await skipTo(session.writer, session, seen)
    session.position = seen
    skippingSince = undefined
    observer.onPosition(seen)
  }
  const tryGoLive = async () => {
    if (session.live || goLiveAt === undefined || performance.now() < goLiveAt) return
    await save()
    const outcome = await goLive(session.writer.client, projector, session.writer.target)
    session.live = outcome.kind === 'live'
    goLiveAt = performance.now() + goLiveAgainMilliseconds
    observer.onGoLive(outcome)
  }
  return {
    seen: () => seen,
    take: async page => {
      const steps = stepsAfter(seen, page, projector)
      if (page.position > seen) seen = page.position
      if (steps.length > 0) {
        for (const applied of await project(session, steps, seen)) observer.onApplied(applied)
        skippingSince = undefined
        observer.onPosition(session.position)
      } else if (seen > session.position) {
        skippingSince ??= performance.now()
        if (performance.now() - skippingSince > longestSkipMilliseconds) await save()
      }
      if (page.caughtUp) goLiveAt ??= 0
      await tryGoLive()
    },
    restMilliseconds: () => {
      if (skippingSince !== undefined) return skipLingerMilliseconds
      if (session.live || goLiveAt === undefined) return undefined
      return Math.max(1, goLiveAt - performance.now())
    },
    rest: async () => {
      await save()
      await tryGoLive()
    },
  }
}

function stepsAfter(position: Position, page: DecodedPage, projector: Projector): Step[] {
  const steps: Step[] = []
  for (const decoded of page.events) {
    const { position: at } = decoded.kind === 'event' ? decoded.event : decoded.stored
    const step = at > position ? stepOf(projector, decoded) : undefined
    if (step) steps.push(step)
  }
  return steps
}

/**
 * Applies the steps; when Postgres refuses what is in them, halves them until the one at fault stands alone and can be
 * parked. Each part is a page of its own, with its own transaction.
 */
async function project(session: Session, steps: readonly Step[], to: Position): Promise<Applied[]> {
  try {
    const applied = await applyPage(
      session.writer,
      session,
      { steps, to },
      { blocked: session.blocked, onFailure: session.live ? 'park' : 'stop' },
    )
    session.position = to
    for (const { event } of applied.parked) session.blocked.add(event.streamName)
    return [applied]
  } catch (error) {
    if (!liesInTheData(error)) throw error
    const [only, second] = steps
    if (!only || (!second && 'failure' in only)) throw error
    if (!second) return project(session, [{ event: only.event, failure: error }], to)
    const half = Math.ceil(steps.length / 2)
    const end = steps[half - 1]?.event.position ?? to
    return [
      ...(await project(session, steps.slice(0, half), end)),
      ...(await project(session, steps.slice(half), to)),
    ]
  }
}
