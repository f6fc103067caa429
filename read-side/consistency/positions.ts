// How far each projector has come, and waiting until it has come further.
import { type Position, parsePosition } from '@cryptotalks/shared-kernel/eventsourcing/positions'

export type ProjectorName = 'users' | 'posts' | 'rates'

/** A projector whose views are being read, and how far they reflect the log. */
export interface Checkpoint {
  readonly projector: string
  readonly version: number
  readonly position: Position
  /** Names the very rows: those of a version that is made anew have another. */
  readonly generation?: string
}

/** A read model that is not shown before it is complete. */
export interface Rebuilding {
  readonly projector: ProjectorName
  /** How much of it is done, from 0 to 1. */
  readonly progress: number
}

export interface Positions {
  /** The position that all of these have reached; undefined while one of them is unknown. Never ahead of the rows. */
  of(projectors: readonly ProjectorName[]): Position | undefined
  /**
   * Names the state of these projectors' rows: as long as it is the same, so are the rows, but for what was projected
   * in the last moments. Undefined while that can't be known, since nobody tells us.
   */
  stateOf(projectors: readonly ProjectorName[]): string | undefined
  /** The one of these that is furthest from being complete; undefined when all are shown, or nobody knows yet. */
  rebuilding(projectors: readonly ProjectorName[]): Rebuilding | undefined
  /** Whether all of these have reached `position`, as those of no projector have: such an answer hangs on nothing. */
  has(projectors: readonly ProjectorName[], position: Position): boolean
  /** Resolves with true as soon as all of them have reached `position`, with false when time is up. */
  reached(
    projectors: readonly ProjectorName[],
    position: Position,
    withinMilliseconds: number,
  ): Promise<boolean>
}

/** Where what is learned about positions is kept; the follower writes it, routes read it. */
export interface KnownPositions extends Positions {
  /**
   * All checkpoints of the live versions, as one snapshot had them, and how far those are that no version is shown of.
   */
  replace(checkpoints: readonly Checkpoint[], progress?: ReadonlyMap<string, number>): void
  /** Nobody tells any more, until the next `replace`. What was reached stays reached. */
  lose(): void
  /** One has moved on. Ignored for a version that isn't live, and when it tells nothing new. */
  advance(checkpoint: Checkpoint): void
}

interface Waiter {
  readonly projectors: readonly ProjectorName[]
  readonly position: Position
  readonly done: (reached: boolean) => void
}

// More than this many requests waiting at once can't all be answered in time anyway.
const mostWaiters = 10_000

/** Knows nothing at first. */
export function createPositions(): KnownPositions {
  let live: ReadonlyMap<string, Checkpoint> = new Map()
  let progressOf: ReadonlyMap<string, number> | undefined
  let followed = false
  const waiters = new Set<Waiter>()

  const of: Positions['of'] = projectors => {
    let least: Position | undefined
    for (const projector of projectors) {
      const checkpoint = live.get(projector)
      if (checkpoint === undefined) return undefined
      if (least === undefined || checkpoint.position < least) least = checkpoint.position
    }
    return least
  }
  const has = (projectors: readonly ProjectorName[], position: Position): boolean => {
    if (projectors.length === 0) return true
    const known = of(projectors)
    return known !== undefined && known >= position
  }
  const wake = () => {
    for (const waiter of waiters) if (has(waiter.projectors, waiter.position)) waiter.done(true)
  }
  return {
    of,
    has,
    stateOf(projectors) {
      if (!followed || projectors.some(projector => !live.has(projector))) return undefined
      const states = projectors.map(projector => live.get(projector))
      return states.map(state => `${state?.version}/${state?.generation}@${state?.position}`).join()
    },
    rebuilding(projectors) {
      const known = progressOf
      if (known === undefined) return undefined
      const [least] = projectors
        .filter(projector => !live.has(projector))
        .map(projector => ({ projector, progress: known.get(projector) ?? 0 }))
        .sort((one, other) => one.progress - other.progress)
      return least
    },
    reached(projectors, position, withinMilliseconds) {
      if (has(projectors, position)) return Promise.resolve(true)
      if (waiters.size >= mostWaiters) return Promise.resolve(false)
      return new Promise(resolve => {
        const done = (reached: boolean) => {
          clearTimeout(timer)
          waiters.delete(waiter)
          resolve(reached)
        }
        const timer = setTimeout(() => done(false), withinMilliseconds)
        const waiter: Waiter = { projectors, position, done }
        waiters.add(waiter)
      })
    },
    lose() {
      followed = false
    },
    replace(checkpoints, progress = new Map()) {
      followed = true
      progressOf = progress
      live = new Map(checkpoints.map(checkpoint => [checkpoint.projector, checkpoint]))
      wake()
    },
    advance(checkpoint) {
      const known = live.get(checkpoint.projector)
      if (known?.version !== checkpoint.version || known.position >= checkpoint.position) return
      live = new Map(live).set(checkpoint.projector, { ...known, position: checkpoint.position })
      wake()
    },
  }
}

/** What a projector tells on the channel `projected`; undefined when it is something else. */
export function checkpointOf(payload: string): Checkpoint | undefined {
  let told: unknown
  try {
    told = JSON.parse(payload)
  } catch {
    return undefined
  }
  if (typeof told !== 'object' || told === null) return undefined
  const { projector, version, position } = told as Readonly<Record<string, unknown>>
  const parsed = typeof position === 'string' ? parsePosition(position) : undefined
  if (typeof projector !== 'string' || typeof version !== 'number' || parsed === undefined)
    return undefined
  return { projector, version, position: parsed }
}
