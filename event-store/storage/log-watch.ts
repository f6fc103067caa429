// Looks at every byte of the log once after a start, in the background, so that damage is known before somebody needs what it hit.
import { DamagedStore } from './errors.ts'
import type { Log } from './log.ts'
import type { Segment } from './segment.ts'

/** How long a step may keep others waiting; as long as the smallest page of a read takes. */
const STEP_MS = 4
/** Of a disk that reads 100 MB/s and more, and of one processor, others have nearly all. */
const BYTES_A_SECOND = 16 * 1024 * 1024
const LEAST_PAUSE_MS = 20
/** Faults that are told of one by one; more are only counted. */
const MOST_TOLD = 20

/** A place of the log that is not as it was written. */
export interface Fault {
  readonly file: string
  readonly position: number
  readonly words: string
}

/** How far the walk has come. */
export interface Watched {
  /** Everything before this position was looked at. */
  readonly verifiedTo: number
  /** What there was when the walk began. */
  readonly of: number
  readonly done: boolean
  readonly events: number
  readonly faults: readonly Fault[]
  readonly moreFaults: number
}

export interface WatchListener {
  onFault(fault: Fault): void
  /** The end of the log, as it was at the start, is reached. */
  onDone(watched: Watched): void
}

export class LogWatch {
  readonly #log: Log
  readonly #listener: WatchListener
  readonly #end: number
  readonly #faults: Fault[] = []
  #position = 0
  #events = 0
  #moreFaults = 0
  #done = false
  #timer: NodeJS.Timeout | undefined

  constructor(log: Log, listener: WatchListener) {
    this.#log = log
    this.#listener = listener
    this.#end = log.files.segments.end
  }

  get watched(): Watched {
    return {
      verifiedTo: Math.min(this.#position, this.#end),
      of: this.#end,
      done: this.#done,
      events: this.#events,
      faults: this.#faults,
      moreFaults: this.#moreFaults,
    }
  }

  /** Begins; the server is not kept from ending by it. */
  start(): void {
    this.#wait(LEAST_PAUSE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#done = true
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#step(), ms).unref()
  }

  #step(): void {
    const before = this.#position
    try {
      // Files may have been written anew, or emptied, since the last step.
      const segment = this.#log.files.segments.list.find(({ end }) => end > this.#position)
      if (!segment || this.#position >= this.#end) {
        this.#finish()
        return
      }
      this.#look(segment)
    } catch (error) {
      // The log can't be read at all any more, which whoever writes is told.
      if (!(error instanceof DamagedStore)) throw error
      this.#finish()
      return
    }
    const paceMs = ((this.#position - before) / BYTES_A_SECOND) * 1000
    this.#wait(Math.max(paceMs, LEAST_PAUSE_MS))
  }

  #look(segment: Segment): void {
    this.#position = Math.max(this.#position, segment.first)
    const until = performance.now() + STEP_MS
    try {
      const isDone = segment.forwards(this.#position, (entry, position) => {
        this.#position = position + entry.length
        this.#events++
        return this.#position < this.#end && performance.now() < until
      })
      if (isDone) this.#leave(segment)
    } catch (error) {
      if (!(error instanceof DamagedStore)) throw error
      this.#tell({ file: segment.path, position: this.#position, words: error.message })
      // Beyond the next fence, entries can be told apart again.
      const next =
        segment.isReadable && segment.fences.find(({ position }) => position > this.#position)
      if (next) this.#position = next.position
      else this.#leave(segment)
    }
  }

  #leave(segment: Segment): void {
    this.#position = Math.max(this.#position, segment.end)
    if (segment !== this.#log.files.segments.last) segment.close()
  }

  #tell(fault: Fault): void {
    if (this.#faults.length < MOST_TOLD) {
      this.#faults.push(fault)
      this.#listener.onFault(fault)
    } else this.#moreFaults++
  }

  #finish(): void {
    this.#done = true
    this.#listener.onDone(this.watched)
  }
}
