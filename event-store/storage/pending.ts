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

export class Pending {
  /** Events and notes, in order. */
  readonly entries: Buffer[] = []
  readonly written: Written[] = []
  readonly #contents: LogContents
  readonly #created: number
  readonly #streams: string[] = []
  readonly #settings: ChangedSetting[] = []

  constructor(contents: LogContents) {
    this.#contents = contents
    this.#created = contents.lastCreated
  }

  /** Gives a stream its number. */
  addStream(name: string): number {
    const number = ++this.#contents.streamCount
    this.#contents.index.names.add(name, number)
    this.#streams.push(name)
    return number
  }

  addEvent(written: Written, created: number): void {
    const { record, revision, position } = written
    const { index } = this.#contents
    index.places.add(streamNumberOf(record), revision, position)
    index.ids.add(idOf(record), position)
    this.#contents.lastCreated = created
    this.entries.push(record)
    this.written.push(written)
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

  /** Has nothing of it known any more. */
  undo(): void {
    const { index, settings } = this.#contents
    for (const { record, revision } of this.written.toReversed()) {
      index.places.undo(streamNumberOf(record), revision)
      index.ids.undo()
    }
    for (const name of this.#streams) index.names.undo(name)
    this.#contents.streamCount -= this.#streams.length
    this.#contents.lastCreated = this.#created
    for (const { name, before } of this.#settings.toReversed()) {
      if (before === undefined) settings.delete(name)
      else settings.set(name, before)
    }
  }
}
