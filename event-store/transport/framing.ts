// Cuts the bytes of a call into gRPC messages, wherever the chunks begin and end.
import { GrpcError, Status } from './status.ts'

/** The largest message that is taken, as the real server has it. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
const PREFIX = 5

/** Takes chunks, gives messages. Throws a `GrpcError` for what it can't read. */
export class MessageReader {
  #chunks: Buffer[] = []
  #length = 0
  #wanted = PREFIX

  /** Adds a chunk and hands on each message that is now whole. */
  push(chunk: Buffer, onMessage: (message: Buffer) => void): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#wanted) return
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#length)
    while (bytes.length >= PREFIX) {
      const length = this.#lengthOf(bytes)
      if (bytes.length < PREFIX + length) break
      const message = bytes.subarray(PREFIX, PREFIX + length)
      bytes = bytes.subarray(PREFIX + length)
      onMessage(message)
    }
    this.#chunks = bytes.length > 0 ? [bytes] : []
    this.#length = bytes.length
    this.#wanted = bytes.length < PREFIX ? PREFIX : PREFIX + this.#lengthOf(bytes)
  }

  /** Call at the end of the body: a message that was begun must have been finished. */
  end(): void {
    if (this.#length > 0) throw new GrpcError(Status.INTERNAL, 'The call ended within a message.')
  }

  #lengthOf(bytes: Buffer): number {
    if (bytes[0] !== 0) {
      throw new GrpcError(Status.UNIMPLEMENTED, 'Compressed messages are not supported.')
    }
    const length = bytes.readUInt32BE(1)
    if (length > MAX_MESSAGE_BYTES) {
      throw new GrpcError(
        Status.RESOURCE_EXHAUSTED,
        `Received message exceeds the maximum of ${MAX_MESSAGE_BYTES} bytes.`,
      )
    }
    return length
  }
}
