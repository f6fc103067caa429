// Looks at every byte of a store that nobody else has open, and holds the index against the log.
import {
  idOf,
  isNote,
  revisionOf,
  streamNameOf,
  streamNumberOf,
} from '../protocol/recorded-event.ts'
import { DamagedStore } from './errors.ts'
import type { Log } from './log.ts'
import type { Segment } from './segment.ts'

/** Faults that are told of one by one; more are only counted. */
const MOST_TOLD = 20
/** Entries between two pauses. */
const STEP_ENTRIES = 2000

/** What was found. */
export interface Verdict {
  readonly events: number
  readonly streams: number
  readonly bytes: number
  /** What is wrong, in words; nothing where all is well. */
  readonly faults: readonly string[]
  /** Faults beyond those. */
  readonly moreFaults: number
}

/** Hears how much of the log has been looked at. */
export type VerifyProgress = (bytes: number, of: number) => void

class Verification {
  readonly #log: Log
  readonly #faults: string[] = []
  #moreFaults = 0
  #events = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** Goes on with an entry of the log. */
  look(entry: Buffer, position: number): void {
    if (isNote(entry)) return
    this.#events++
    const number = streamNumberOf(entry)
    const name = streamNameOf(entry).toString()
    this.#attempt(() => {
      const { places, names, ids } = this.#log.files.index
      if (places.positionOf(number, revisionOf(entry)) !== position) {
        this.tell(`The index does not lead to event ${revisionOf(entry)} of stream "${name}".`)
      }
      if (names.numberOf(name) !== number) this.tell(`The index does not know stream "${name}".`)
      if (!ids.candidates(idOf(entry)).includes(position)) {
        this.tell(`The index does not know the id of the event at position ${position}.`)
      }
    })
  }

  /** Does something; what turns out to be damaged is told of. */
  #attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      if (!(error instanceof DamagedStore)) throw error
      this.tell(error.message)
    }
  }

  tell(fault: string): void {
    if (this.#faults.includes(fault)) return
    if (this.#faults.length < MOST_TOLD) this.#faults.push(fault)
    else this.#moreFaults++
  }

  get verdict(): Verdict {
    const { streamCount: streams, files } = this.#log
    const { bytes } = files.segments
    return {
      ...{ events: this.#events, streams, bytes },
      ...{ faults: this.#faults, moreFaults: this.#moreFaults },
    }
  }
}

/** Verifies a log from its first byte to its last. Damage ends nothing: what follows it is looked at, too. */
export async function verifyLog(log: Log, progress?: VerifyProgress): Promise<Verdict> {
  const verification = new Verification(log)
  const { segments } = log.files
  const { bytes } = segments
  let done = 0
  for (const segment of segments.list) {
    await verifySegment(segment, verification)
    done += segment.entriesEnd
    progress?.(Math.min(done, bytes), bytes)
    if (segment !== segments.last) segment.close()
  }
  return verification.verdict
}

async function verifySegment(segment: Segment, verification: Verification): Promise<void> {
  let from = segment.first
  for (;;) {
    let count = 0
    try {
      const isDone = segment.forwards(from, (entry, position) => {
        from = position + 1
        verification.look(entry, position)
        return ++count < STEP_ENTRIES
      })
      if (isDone) return
    } catch (error) {
      if (!(error instanceof DamagedStore)) throw error
      verification.tell(error.message)
      // Beyond the next fence, entries can be told apart again.
      const next = segment.isReadable && segment.fences.find(({ position }) => position > from)
      if (!next) return
      from = next.position
    }
    await new Promise(setImmediate)
  }
}
