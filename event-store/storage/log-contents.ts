// What follows from a log's entries, one after the other: how many streams there are, what was set, and where what is found.
import {
  createdOf,
  idOf,
  isNote,
  positionOf,
  revisionOf,
  streamNameOf,
  streamNumberOf,
} from '../protocol/recorded-event.ts'
import { settingOf } from './entries.ts'
import { DamagedStore } from './errors.ts'
import type { IndexState } from './index-manifest.ts'
import type { LogIndex } from './log-index.ts'
import type { Segments } from './segments.ts'

/** Where the first entry stands: position 0 is before everything. */
export const FIRST_POSITION = 1

export class LogContents {
  readonly index: LogIndex
  /** How many streams there have ever been. */
  streamCount: number
  /** When the last event was written, in milliseconds since 1970. */
  lastCreated = 0
  /** Texts that parts of the server keep apart from the events. */
  readonly settings: Map<string, string>
  /** The positions of events that are dated before the one they follow: between two of them, times never run backwards. */
  readonly jumps: number[]
  #lastPosition = 0

  /** Begins with what the index has kept. */
  constructor(index: LogIndex) {
    this.index = index
    this.streamCount = index.opened?.streams ?? 0
    this.settings = new Map(Object.entries(index.opened?.settings ?? {}))
    this.jumps = [...(index.opened?.jumps ?? [])]
  }

  /** Where the last event stood when `readOn` had read them all; 0 where there was none. */
  get lastPosition(): number {
    return this.#lastPosition
  }

  /** What the index is to keep of it, with the log as it is and all of it on disk. */
  stateAt(segments: Segments, through = segments.end): IndexState {
    return {
      through,
      streams: this.streamCount,
      settings: Object.fromEntries(this.settings),
      jumps: this.jumps.filter(position => position < through),
      last: segments.last.known,
    }
  }

  /**
   * Learns what the log holds beyond the index, or everything where there is no index to be trusted. Throws `DamagedStore`
   * where the index knows more than the log.
   */
  readOn(segments: Segments): void {
    const { index } = this
    const from = index.opened?.through ?? FIRST_POSITION
    if (from > segments.end) {
      const lost = `positions ${segments.end} to ${from} are damaged or missing`
      throw new DamagedStore(`The log has lost its end: ${lost}.`)
    }
    this.#findDateBefore(segments, from)
    segments.forwards(from, (entry, position) => {
      if (index.isRunDue) {
        index.makeRuns(this.stateAt(segments, position))
        index.tidyNow()
      }
      this.#learn(entry, position)
      return true
    })
    this.#findLast(segments, Number.POSITIVE_INFINITY)
    if (!index.opened) index.tidy()
  }

  #learn(entry: Buffer, position: number): void {
    if (isNote(entry)) {
      const setting = settingOf(entry)
      if (setting) this.settings.set(setting.name, setting.value)
      return
    }
    this.dated(createdOf(entry), position)
    const number = streamNumberOf(entry)
    if (this.#isNew(number)) {
      this.streamCount = Math.max(this.streamCount, number)
      this.index.names.add(streamNameOf(entry).toString(), number)
    }
    this.index.places.add(number, revisionOf(entry), position)
    this.index.ids.add(idOf(entry), position)
  }

  /** Where a scavenge removed a stream's first events, its number shows later than others that are higher. */
  #isNew(number: number): boolean {
    if (number > this.streamCount) return true
    if (this.index.opened) return false
    const { head, tombstoned } = this.index.places.endOf(number)
    return head < 0 && !tombstoned
  }

  /** Hears when the event at a position was written, in the order of the log. */
  dated(created: number, position: number): void {
    if (created < this.lastCreated) this.jumps.push(position)
    this.lastCreated = created
  }

  /** When what stands before a position was written, by which it is known whether time ran backwards there. */
  #findDateBefore(segments: Segments, position: number): void {
    try {
      this.#findLast(segments, position)
    } catch (error) {
      // Damage before what a start reads is no reason not to start: whoever reads there is told.
      if (!(error instanceof DamagedStore)) throw error
    }
  }

  #findLast(segments: Segments, before: number): void {
    segments.backwards(before, entry => {
      if (isNote(entry)) return true
      this.#lastPosition = positionOf(entry)
      this.lastCreated = createdOf(entry)
      return false
    })
  }
}
