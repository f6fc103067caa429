// What the transaction that is under way has done so far, known to everybody who asks, and undone if it fails.
import { idOf, streamNumberOf } from '../protocol/recorded-event.ts'
import type { LogContents } from './log-contents.ts'

/** An event that has just been written. */
export interface Written {
  readonly stream: string
  readonly revision: number
  readonly position: number
  readonly record: Buffer
}

interface ChangedSetting {
  readonly name: string
  readonly before: string | undefined
}

/** How far a transaction had come at some moment. */
export interface Mark {
  readonly entries: number
  readonly written: number
  readonly streams: number
  readonly settings: number
  readonly bytes: number
  readonly created: number
  readonly jumps: number
}

export class Pending {
  /** Events and notes, in order. */
  readonly entries: Buffer[] = []
  readonly written: Written[] = []
  /** What they take in the log. */
  bytes = 0
  readonly #contents: LogContents
  readonly #start: Mark
  readonly #streams: string[] = []
  readonly #settings: ChangedSetting[] = []

  constructor(contents: LogContents) {
    this.#contents = contents
    this.#start = this.mark()
  }

  /** Where it stands now, for `undo`. */
  mark(): Mark {
    return {
      entries: this.entries.length,
      written: this.written.length,
      streams: this.#streams.length,
      settings: this.#settings.length,
      bytes: this.bytes,
      created: this.#contents.lastCreated,
      jumps: this.#contents.jumps.length,
    }
  }

  /** Gives a stream its number. */
  addStream(name: string): number {
    const number = this.#contents.streamCount + 1
    this.#contents.index.names.add(name, number)
    this.#contents.streamCount = number
    this.#streams.push(name)
    return number
  }

  addEvent(written: Written, created: number): void {
    const { record, revision, position } = written
    const { index } = this.#contents
    const stream = streamNumberOf(record)
    index.places.add(stream, revision, position)
    try {
      index.ids.add(idOf(record), position)
    } catch (error) {
      index.places.undo(stream, revision)
      throw error
    }
    this.#contents.dated(created, position)
    this.written.push(written)
    this.#addEntry(record)
  }

  /** Adds what is no event. */
  addNote(note: Buffer): void {
    this.#addEntry(note)
  }

  addSetting(name: string, value: string): void {
    const { settings } = this.#contents
    this.#settings.push({ name, before: settings.get(name) })
    settings.set(name, value)
  }

  /** The record that was written at a position. */
  recordAt(position: number): Buffer | undefined {
    let [low, high] = [0, this.written.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.written[middle] as Written).position < position) low = middle + 1
      else high = middle
    }
    const found = this.written[low]
    return found?.position === position ? found.record : undefined
  }

  /** Has nothing known any more of what came after a mark, which is its beginning unless said otherwise. */
  undo(to: Mark = this.#start): void {
    const { index, settings } = this.#contents
    for (const { record, revision } of this.written.splice(to.written).reverse()) {
      index.places.undo(streamNumberOf(record), revision)
      index.ids.undo()
    }
    const streams = this.#streams.splice(to.streams)
    for (const name of streams) index.names.undo(name)
    this.#contents.streamCount -= streams.length
    this.#contents.lastCreated = to.created
    this.#contents.jumps.length = to.jumps
    for (const { name, before } of this.#settings.splice(to.settings).reverse()) {
      if (before === undefined) settings.delete(name)
      else settings.set(name, before)
    }
    this.entries.splice(to.entries)
    this.bytes = to.bytes
  }

  #addEntry(entry: Buffer): void {
    this.entries.push(entry)
    this.bytes += entry.length
  }
}
