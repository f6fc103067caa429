// What the worker that leads a projector does with the pages it takes, and while none come.
import { laterOf, type Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { type Applied, applyPage, skipTo, type Work } from './apply-page.ts'
import { liesInTheData } from './failures.ts'
import { type Step, stepOf } from './fold.ts'
import type { LaneObserver } from './lane.ts'
import { goLive } from './live.ts'
import { type Landmark, landmarkOf, landmarkOfEvent } from './log.ts'
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
  // The checkpoint may lie behind events that nobody follows, and that another history may have in their stead.
  let seen = session.landmark?.position ?? 0n
  let landmark: Landmark | undefined
  let skippingSince: number | undefined
  let goLiveAt: number | undefined

  const isShown = () => session.standing === 'shown'
  const save = async () => {
    if (skippingSince === undefined) return
    await skipTo(session.writer, session, seen, landmark)
    session.position = seen
    skippingSince = undefined
    observer.onPosition(seen)
  }
  const tryGoLive = async () => {
    if (isShown() || goLiveAt === undefined || performance.now() < goLiveAt) return
    await save()
    const outcome = await goLive(session.writer.client, projector, session.writer.target)
    if (outcome.kind === 'live') session.standing = 'shown'
    goLiveAt = performance.now() + goLiveAgainMilliseconds
    observer.onGoLive(outcome)
  }
  return {
    seen: () => seen,
    take: async page => {
      const steps = stepsAfter(seen, page, projector)
      const last = page.events.at(-1)
      if (last && landmarkOf(last).position > seen) landmark = landmarkOf(last)
      if (page.position > seen) seen = page.position
      if (steps.length > 0) {
        const work = { steps, to: laterOf(seen, session.position), landmark }
        for (const applied of await project(session, work)) observer.onApplied(applied)
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
      if (isShown() || goLiveAt === undefined) return undefined
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
async function project(session: Session, work: Work): Promise<Applied[]> {
  const { steps, to, landmark } = work
  try {
    // Beside another version nothing may be left out. Where nothing is shown, one bad event must not keep it so.
    const onFailure = session.standing === 'beside' ? 'stop' : 'park'
    const applied = await applyPage(session.writer, session, work, {
      blocked: session.blocked,
      onFailure,
    })
    session.position = to
    for (const { event } of applied.parked) session.blocked.add(event.streamName)
    return [applied]
  } catch (error) {
    if (!liesInTheData(error)) throw error
    const [only, second] = steps
    if (!only || (!second && 'failure' in only)) throw error
    if (!second)
      return project(session, { ...work, steps: [{ event: only.event, failure: error }] })
    const half = Math.ceil(steps.length / 2)
    const end = steps[half - 1]?.event
    const firstHalf = end
      ? { to: laterOf(end.position, session.position), landmark: landmarkOfEvent(end) }
      : { to, landmark }
    return [
      ...(await project(session, { steps: steps.slice(0, half), ...firstHalf })),
      ...(await project(session, { ...work, steps: steps.slice(half) })),
    ]
  }
}
