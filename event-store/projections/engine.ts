// Runs the system projections: reads the log page by page behind its writers, and writes what comes of each page together
// with the place reached, in one transaction, so that neither a crash nor a full disk doubles or loses a link.
import { streamNameOf } from '../protocol/recorded-event.ts'
import { DamagedStore } from '../storage/errors.ts'
import type { Written } from '../storage/log.ts'
import type { Store } from '../store.ts'
import { otherWork } from '../subscriptions/catch-up.ts'
import type { Follower } from '../subscriptions/live-feed.ts'
import { projectPage } from './page.ts'
import { Projector, type ProjectorState } from './projector.ts'
import { isProjected } from './source-event.ts'
import { SYSTEM_PROJECTIONS } from './system-projections.ts'

/**
 * After a quiet time a write is projected at once; those that follow wait this long after the last time: one commit for
 * many writes leaves the disk to the writers.
 */
const PAUSE_MS = 10
/**
 * One that is enabled takes so long to begin. Those of the real server take some tenths of a second, and clients have come to count
 * on it: they enable one, append, and only then make a group that begins at the end of its stream.
 */
const BEGIN_MS = 200
/** How long a full disk is given before the next try. */
const RETRY_MS = 1000

export class ProjectionEngine implements Follower {
  readonly #store: Store
  readonly #startAll: boolean
  #projectors: readonly Projector[] = []
  #timer: NodeJS.Timeout | undefined
  #unfollow: (() => void) | undefined
  #working = false
  #workedAt = -PAUSE_MS
  #beginsAt = 0
  #more = false
  #stopped = false

  /** With `startAll` all of them are enabled whenever the server begins. */
  constructor(store: Store, startAll: boolean) {
    this.#store = store
    this.#startAll = startAll
    this.load()
  }

  get projectors(): readonly Projector[] {
    return this.#projectors
  }

  /** Takes the projections as the log has them: at the beginning, and when the log was emptied. */
  load(): void {
    this.#projectors = SYSTEM_PROJECTIONS.map(each => new Projector(each, this.#store.log))
    if (this.#startAll) {
      // What can't be kept is enabled all the same, and again with the next start.
      for (const projector of this.#projectors) void this.#enable(projector, 0).catch(() => {})
    }
    this.#resume()
  }

  /** Has nothing run any more. What is being written is the store's to finish. */
  stop(): void {
    this.#stopped = true
    this.#pause()
  }

  /** Resolves when the projection is about to run, and will after a restart. */
  enable(projector: Projector): Promise<void> {
    return this.#enable(projector, BEGIN_MS)
  }

  async #enable(projector: Projector, beginMs: number): Promise<void> {
    projector.aborted = false
    projector.fault = ''
    if (!projector.state.enabled) await this.#change(projector, () => ({ enabled: true }))
    this.#resume(beginMs)
  }

  /** Resolves when the projection has stopped for good. */
  async disable(projector: Projector, how: 'abort' | 'stop'): Promise<void> {
    if (projector.state.enabled) {
      await this.#change(projector, () => ({ enabled: false }))
      projector.aborted = how === 'abort'
    }
    if (!this.#projectors.some(({ running }) => running)) this.#pause()
  }

  /** Has the projection begin anew; what its streams hold so far is hidden when it writes to them again. */
  async reset(projector: Projector): Promise<void> {
    projector.fault = ''
    await this.#change(projector, ({ version }) => ({ position: 0, epoch: version + 1 }))
    this.#resume()
  }

  /** Sets the projection's query, which its definition can read. */
  async update(projector: Projector, query: string): Promise<void> {
    await this.#change(projector, () => ({ query }))
    this.#resume()
  }

  /** Has all that are enabled try again. */
  restart(): void {
    for (const projector of this.#projectors) {
      projector.aborted = false
      projector.fault = ''
      projector.eventsProcessed = 0
    }
    this.#resume()
  }

  /** How much of the log a projection has seen, in percent. */
  progress({ running, state }: Projector): number {
    const isIdle = !this.#working && this.#timer === undefined
    // Behind the last event there may be links, which nobody has to look at.
    return running && isIdle ? 100 : (100 * state.position) / this.#store.log.lastPosition
  }

  onWritten({ record }: Written): void {
    if (!isProjected(streamNameOf(record))) return
    if (this.#working) this.#more = true
    else this.#wake(this.#pauseMs())
  }

  #resume(inMs = 0): void {
    if (this.#stopped || !this.#projectors.some(({ running }) => running)) return
    this.#unfollow ??= this.#store.feed.followAll(this)
    this.#beginsAt = performance.now() + inMs
    if (this.#working) this.#more = true
    else this.#wake(inMs)
  }

  #pause(): void {
    this.#unfollow?.()
    this.#unfollow = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #wake(ms: number): void {
    if (ms > 0) this.#timer ??= setTimeout(() => void this.#work(), ms)
    else void this.#work()
  }

  /** Changes a projection in its turn among the writes: a page that was made before and comes later is void. */
  #change(
    projector: Projector,
    change: (state: ProjectorState) => Partial<ProjectorState>,
  ): Promise<void> {
    const { log } = this.#store
    return new Promise((resolve, reject) => {
      this.#store.write(
        () => {
          const { state } = projector
          projector.change({ ...state, version: state.version + 1, ...change(state) }, log)
          return projector.state
        },
        ({ position }) => {
          projector.checkpoint = position
          resolve()
        },
        error => {
          projector.restore(log)
          reject(error)
        },
      )
    })
  }

  /** Works until a pass has reached the end of the log; what is written meanwhile wakes it again. */
  async #work(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#working = true
    let failed = false
    try {
      do {
        this.#more = false
        await otherWork()
      } while (!this.#stopped && (await this.#pass()))
    } catch (error) {
      failed = true
      this.#hinder(error)
    }
    this.#working = false
    this.#workedAt = performance.now()
    if (this.#stopped) return
    if (failed || this.#more) this.#wake(failed ? RETRY_MS : PAUSE_MS)
  }

  #pauseMs(): number {
    return Math.max(0, Math.max(this.#workedAt + PAUSE_MS, this.#beginsAt) - performance.now())
  }

  /** Damage stops the projections until somebody enables them again; anything else, as a full disk, may pass. */
  #hinder(error: unknown): void {
    const words = error instanceof Error ? error.message : String(error)
    for (const projector of this.#projectors) {
      if (!projector.running) continue
      if (error instanceof DamagedStore) projector.fault = words
      else projector.hindrance = words
    }
  }

  /**
   * Projects a page for those that have come farthest, so that nobody waits for one that begins, and one for those that
   * are farthest behind, until they meet the next: together they read the log once. True while there is more to do.
   */
  async #pass(): Promise<boolean> {
    const projectors = this.#projectors
    const running = projectors.filter(each => each.running)
    const places = [...new Set(running.map(({ state }) => state.position))].sort((a, b) => b - a)
    let behind = false
    for (const place of new Set([places[0], places.at(-1)])) {
      const group = running.filter(each => each.running && each.state.position === place)
      if (place === undefined || group.length === 0) continue
      const until = place === places[0] ? Infinity : (places.at(-2) as number)
      if (await projectPage(this.#store, group, { after: place, until })) behind = true
      // Stopped, or begun anew with an empty log.
      if (this.#stopped || this.#projectors !== projectors) return true
    }
    return behind
  }
}
