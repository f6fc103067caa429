// One process that is kept alive: launched, watched until ready, launched again when it dies.
import { hangs } from './liveness.ts'
import type { Running } from './program.ts'
import { readinessLatch } from './readiness-latch.ts'

/** A process refuses to work on what it finds; the message is its own sentence, which says what to do. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}

/** Something to keep alive. */
export interface Service {
  readonly name: string
  /** Starts it once. May fail: that counts as a death. */
  launch(): Promise<Running>
  /** Undefined once it is ready for work, otherwise what it lacks. */
  readiness(running: Running): Promise<string | undefined>
  /** Whether it says anything at all within so long; without it, a process that hangs is not noticed. */
  reacts?(withinMs: number): Promise<boolean>
  /** What it said before it died, for whoever has to find out why. */
  lastWords?(): string | undefined
  /** Why it refused to work, in one sentence for whoever starts it, if that is how it died. */
  refusal?(): string | undefined
}

export interface SupervisorOptions {
  /** Told of each change in a service's life. */
  readonly onChange: (change: ServiceChange) => void
  /** How long a service may take to become ready at the first start. */
  readonly readyWithinMs?: number
  /** How long a service may take to stop before it is killed. */
  readonly graceMs?: number
  /** A process that says nothing for so long hangs: it is killed and started again. 0: never. */
  readonly silentMs?: number
}

export type ServiceChange =
  | { readonly name: string; readonly to: 'started'; readonly pid: number }
  | { readonly name: string; readonly to: 'ready'; readonly afterMs: number }
  /** Started again a while ago, and not ready yet. */
  | { readonly name: string; readonly to: 'late'; readonly afterMs: number; readonly lacks: string }
  /** It says nothing any more and is killed. */
  | { readonly name: string; readonly to: 'hung'; readonly silentMs: number }
  | {
      readonly name: string
      readonly to: 'died'
      readonly how: string
      readonly restartInMs: number
    }
  | { readonly name: string; readonly to: 'stopped' }

export interface Supervised {
  readonly name: string
  /** Process id of the present run; undefined between a death and the restart. */
  readonly pid: number | undefined
  /** How often it was started again. */
  readonly restarts: number
  /** Resolves when the present run, or the next one, is ready. */
  untilReady(): Promise<void>
  /** kill -9, as a crash would: it is restarted. */
  kill(): Promise<void>
  /** kill -9 without a restart, until `release`. */
  hold(): Promise<void>
  release(): void
}

const POLL_MS = 50
const READINESS_WITHIN_MS = 60_000
const GRACE_MS = 12_000
const SILENT_MS = 15_000
const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 5_000
/** Ready for this long, a service is healthy: its next death is not one more of a series. */
const HEALTHY_AFTER_MS = 1_000
/** At the first start a cause that stays (a bad setting) is more likely than bad luck. */
const DEATHS_AT_START = 4

/** The life of one service, from its first start to its end. */
export class SupervisedService implements Supervised {
  readonly name: string
  restarts = -1
  readonly #service: Service
  readonly #options: SupervisorOptions
  #running: Running | undefined
  /** Resolves when the present run is over and `untilReady` speaks of the next. */
  #gone: Promise<string> | undefined
  #ended = false
  #held: { readonly released: Promise<void>; readonly release: () => void } | undefined
  #ready = readinessLatch()
  #life: Promise<void> = Promise.resolve()
  #wake: () => void = () => {}

  constructor(service: Service, options: SupervisorOptions) {
    this.name = service.name
    this.#service = service
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#running?.pid
  }

  untilReady(): Promise<void> {
    return this.#ready.promise
  }

  async kill(): Promise<void> {
    const gone = this.#gone
    await this.#running?.kill()
    await gone
  }

  async hold(): Promise<void> {
    if (this.#held === undefined) {
      let release = () => {}
      const released = new Promise<void>(resolve => {
        release = resolve
      })
      this.#held = { released, release }
    }
    await this.kill()
  }

  release(): void {
    this.#held?.release()
    this.#held = undefined
  }

  keepAlive(): void {
    this.#life = this.#live()
  }

  async end(how: 'stop' | 'kill'): Promise<void> {
    this.#ended = true
    this.release()
    this.#wake()
    const { graceMs = GRACE_MS } = this.#options
    await (how === 'kill' ? this.#running?.kill() : this.#running?.stop(graceMs))
    await this.#life
  }

  async #live(): Promise<void> {
    const startedAt = performance.now()
    let delay = FIRST_DELAY_MS
    let deaths = 0
    while (!this.#ended) {
      this.restarts++
      const { how, healthy } = await this.#run(startedAt)
      if (this.#ended) break
      deaths++
      const refusal = this.#ready.everGiven ? undefined : this.#service.refusal?.()
      if (refusal !== undefined) {
        this.#ready.fail(new StartRefused(refusal))
        break
      }
      if (this.#ready.everGiven || deaths < DEATHS_AT_START) {
        delay = healthy ? FIRST_DELAY_MS : delay
        this.#options.onChange({ name: this.name, to: 'died', how, restartInMs: delay })
        await this.#pause(delay)
        delay = Math.min(delay * 2, LONGEST_DELAY_MS)
        await this.#held?.released
      } else {
        const words = [how, this.#service.lastWords?.()].filter(Boolean).join(': ')
        this.#ready.fail(new Error(`${this.name} died ${deaths} times at its start, ${words}`))
        break
      }
    }
    this.#ready.fail(new Error(`${this.name} is stopped`))
    this.#options.onChange({ name: this.name, to: 'stopped' })
  }

  /** One run from launch to end. */
  async #run(startedAt: number): Promise<{ readonly how: string; readonly healthy: boolean }> {
    const launchedAt = performance.now()
    let running: Running
    try {
      running = await this.#service.launch()
    } catch (error) {
      return { how: error instanceof Error ? error.message : String(error), healthy: false }
    }
    this.#running = running
    this.#options.onChange({ name: this.name, to: 'started', pid: running.pid })
    this.#gone = running.exited.then(how => {
      this.#running = undefined
      this.#ready.renew()
      return how
    })
    // Ended or held while it was being launched: nobody else will stop it.
    if (this.#ended) void running.stop(this.#options.graceMs ?? GRACE_MS)
    else if (this.#held !== undefined) void running.kill()
    const readyAt = this.#watchReadiness(running, startedAt, launchedAt)
    const over = new AbortController()
    let wasReady = false
    void readyAt.then(at => {
      wasReady = at !== undefined
    })
    void this.#killIfItHangs(running, () => wasReady, over.signal)
    const how = await this.#gone
    over.abort()
    const since = await readyAt
    return { how, healthy: since !== undefined && performance.now() - since >= HEALTHY_AFTER_MS }
  }

  async #killIfItHangs(
    running: Running,
    hasWorked: () => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { silentMs = SILENT_MS, onChange } = this.#options
    const reacts = this.#service.reacts?.bind(this.#service)
    if (reacts === undefined || silentMs === 0) return
    if (!(await hangs({ reacts, hasWorked, silentMs, signal })) || this.#ended) return
    onChange({ name: this.name, to: 'hung', silentMs })
    await running.kill()
  }

  /** Polls until ready; resolves with when that was, or nothing if the run ended before. */
  async #watchReadiness(
    running: Running,
    startedAt: number,
    launchedAt: number,
  ): Promise<number | undefined> {
    const { readyWithinMs = READINESS_WITHIN_MS, onChange } = this.#options
    const isAlive = () => this.#running === running
    let told = false
    while (isAlive()) {
      const lacks = await this.#service.readiness(running).catch((error: unknown) => String(error))
      if (!isAlive()) return undefined
      if (lacks === undefined) {
        onChange({ name: this.name, to: 'ready', afterMs: performance.now() - launchedAt })
        this.#ready.give()
        return performance.now()
      }
      if (!this.#ready.everGiven && performance.now() - startedAt > readyWithinMs) {
        this.#ready.fail(
          new Error(`${this.name} is not ready after ${readyWithinMs / 1000} s: ${lacks}`),
        )
      }
      const afterMs = performance.now() - launchedAt
      if (this.#ready.everGiven && !told && afterMs > readyWithinMs) {
        told = true
        onChange({ name: this.name, to: 'late', afterMs, lacks })
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
    }
    return undefined
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
