// What a call is about to send: small frames are copied one behind the other, so that many of them leave in one write.

/** A block that the frames of all calls are copied into, one after the other; a full one is left to those it serves. */
const BLOCK_BYTES = 64 * 1024
/** Larger frames are copied alone. */
const LARGEST_SMALL_FRAME = BLOCK_BYTES / 4

/** Where an outbox is that is empty: one that is idle must keep no block alive that others have filled long ago. */
const NOWHERE = Buffer.alloc(0)

let block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
let used = 0

/** One call's frames in order. They are copied as they are added: the caller may use the memory again. */
export class Outbox {
  #pieces: Buffer[] = []
  #block: Buffer = NOWHERE
  #start = 0
  #end = 0
  #bytes = 0

  /** How much is waiting. */
  get bytes(): number {
    return this.#bytes
  }

  add(frame: Buffer): void {
    this.#bytes += frame.length
    if (frame.length > LARGEST_SMALL_FRAME) {
      this.#closePiece()
      this.#pieces.push(Buffer.from(frame))
      return
    }
    if (used + frame.length > BLOCK_BYTES) {
      block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
      used = 0
    }
    // Frames lie behind each other unless another call has added some in between.
    if (this.#block !== block || this.#end !== used) {
      this.#closePiece()
      this.#block = block
      this.#start = used
    }
    used += frame.copy(block, used)
    this.#end = used
  }

  /** Gives all that is waiting and begins anew. */
  take(): Buffer {
    this.#closePiece()
    const pieces = this.#pieces
    const all = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, this.#bytes)
    this.clear()
    return all
  }

  clear(): void {
    this.#pieces = []
    this.#block = NOWHERE
    this.#start = this.#end
    this.#bytes = 0
  }

  #closePiece(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#block.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}
