// The end of the log that was written but is not on disk: nobody is shown what a crash of the machine could undo.
import { positionOf, streamNumberOf, TOMBSTONE_REVISION } from '../protocol/recorded-event.ts'

/** One commit's records, on their way to disk. */
export class UnsafeTail {
  #from = Number.POSITIVE_INFINITY
  readonly #heads = new Map<number, number>()

  /** The position of the first of them. */
  get from(): number {
    return this.#from
  }

  /** Where a stream stood before them; undefined if none is of this stream. */
  headBefore(streamNumber: number): number | undefined {
    return this.#heads.get(streamNumber)
  }

  add(written: readonly { readonly revision: number; readonly record: Buffer }[]): void {
    const first = written[0]
    if (first) this.#from = Math.min(this.#from, positionOf(first.record))
    for (const { record, revision } of written) {
      const stream = streamNumberOf(record)
      // A tombstone is behind every number; the stream it ends has no head that anybody asks for.
      if (revision !== TOMBSTONE_REVISION && !this.#heads.has(stream)) {
        this.#heads.set(stream, revision - 1)
      }
    }
  }

  clear(): void {
    this.#from = Number.POSITIVE_INFINITY
    this.#heads.clear()
  }
}
