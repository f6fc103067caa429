// What lanes tell, kept for a test to look at.
import type { Applied } from '../engine/apply-page.ts'
import type { LaneObserver, LaneState } from '../engine/lane.ts'
import type { GoLive } from '../engine/live.ts'
import type { Rebuild } from '../engine/session.ts'

export interface Observed {
  readonly observer: LaneObserver
  readonly states: LaneState[]
  readonly applied: Applied[]
  readonly wentLive: GoLive[]
  readonly rebuilds: Rebuild[]
  readonly troubles: unknown[]
  /** Resolves when the lane has stopped for good. */
  readonly stopped: Promise<Error>
}

export function observe(): Observed {
  let stop = (_error: Error) => {}
  const stopped = new Promise<Error>(resolve => {
    stop = resolve
  })
  const observed = {
    states: [] as LaneState[],
    applied: [] as Applied[],
    wentLive: [] as GoLive[],
    rebuilds: [] as Rebuild[],
    troubles: [] as unknown[],
  }
  const observer: LaneObserver = {
    onState: state => observed.states.push(state),
    onPosition: () => undefined,
    onApplied: applied => observed.applied.push(applied),
    onGoLive: outcome => observed.wentLive.push(outcome),
    onRebuild: rebuild => observed.rebuilds.push(rebuild),
    onLogAway: () => undefined,
    onTrouble: error => observed.troubles.push(error),
    onStopped: error => stop(error),
  }
  return { ...observed, observer, stopped }
}
