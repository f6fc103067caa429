// The end of the log that was written but is not on disk: nobody is shown what a crash of the machine could undo.
import { positionOf, streamNumberOf, TOMBSTONE_REVISION } from '../protocol/recorded-event.ts'

/** One commit's records, on their way to disk. */
export class UnsafeTail {
  #from = Number.POSITIVE_INFINITY
  #last = 0
  #lastBefore = 0
  readonly #heads = new Map<number, number>()

  /** The position of the first of them. */
  get from(): number {
    return this.#from
  }

  /** The position of the last event before them, 0 while there is none. */
  get lastBefore(): number {
    return this.#lastBefore
  }

  /** Where a stream stood before them; undefined if none is of this stream. */
  headBefore(streamNumber: number): number | undefined {
    return this.#heads.get(streamNumber)
  }

  add(written: readonly { readonly revision: number; readonly record: Buffer }[]): void {
    const [first, last] = [written[0], written.at(-1)]
    if (!first || !last) return
    this.#from = Math.min(this.#from, positionOf(first.record))
    this.#last = positionOf(last.record)
    for (const { record, revision } of written) {
      const stream = streamNumberOf(record)
      // A tombstone is behind every number; the stream it ends has no head that anybody asks for.
      if (revision !== TOMBSTONE_REVISION && !this.#heads.has(stream)) {
        this.#heads.set(stream, revision - 1)
      }
    }
  }

  /** They are on disk. */
  clear(): void {
    this.#from = Number.POSITIVE_INFINITY
    this.#lastBefore = this.#last
    this.#heads.clear()
  }

  /** Begins anew behind the last event of a log. */
  begin(last: number): void {
    this.#last = last
    this.clear()
  }
}
