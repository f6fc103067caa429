// Protobuf's wire format, read and written by hand: varints, tags and length-delimited fields.

/** Bytes that are not a protobuf message of the expected kind. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}

export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
export const FIXED32 = 5

const TWO_32 = 2 ** 32

/** Walks over the fields of one message; every method throws `MalformedMessage` where the bytes end too early. */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The next field's tag: `field number * 8 + wire type`. */
  tag(): number {
    const tag = this.number()
    if (tag < 8) throw new MalformedMessage('A field number of zero.')
    return tag
  }

  /** A varint as a number; exact up to 2^53, rounded above. */
  number(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new MalformedMessage('The message ends within a number.')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new MalformedMessage('A number of more than 64 bits.')
  }

  /** A varint as an unsigned 64-bit integer. */
  uint64(): bigint {
    const start = this.#at
    const rough = this.number()
    if (rough <= Number.MAX_SAFE_INTEGER) return BigInt(rough)
    let value = 0n
    for (let i = this.#at - 1; i >= start; i--) {
      value = (value << 7n) | BigInt((this.#bytes[i] as number) & 0x7f)
    }
    return BigInt.asUintN(64, value)
  }

  /** A length-delimited field: a view into the message, no copy. */
  bytes(): Buffer {
    const length = this.number()
    const end = this.#at + length
    if (end > this.#bytes.length) throw new MalformedMessage('The message ends within a field.')
    const view = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return view
  }

  /** Passes over the value of a field that is not known. */
  skip(tag: number): void {
    switch (tag & 7) {
      case VARINT:
        this.number()
        return
      case BYTES:
        this.bytes()
        return
      case FIXED64:
        this.#at += 8
        break
      case FIXED32:
        this.#at += 4
        break
      default:
        throw new MalformedMessage(`Wire type ${tag & 7} is not in use.`)
    }
    if (this.#at > this.#bytes.length) throw new MalformedMessage('The message ends early.')
  }
}

/** How many bytes a varint of this value takes; `value` is an integer from 0 to 2^53. */
export function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++
  return length
}

/** Writes a varint at `at` and returns where it ends; `value` is an integer from 0 to 2^53. */
export function writeVarint(target: Buffer, at: number, value: number): number {
  let rest = value
  let end = at
  while (rest >= TWO_32) {
    target[end++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  let low = rest >>> 0
  while (low >= 128) {
    target[end++] = (low & 0x7f) | 0x80
    low >>>= 7
  }
  target[end++] = low
  return end
}

/** A varint that a number can't say: negative, or beyond 2^53. */
function longVarint(value: bigint): Buffer {
  const out: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest >= 128n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80)
  out.push(Number(rest))
  return Buffer.from(out)
}

/** A varint field with its tag. */
export function varintField(field: number, value: number | bigint): Buffer {
  const tag = field * 8 + VARINT
  if (value < 0 || value > Number.MAX_SAFE_INTEGER) {
    const head = Buffer.allocUnsafe(varintLength(tag))
    writeVarint(head, 0, tag)
    return Buffer.concat([head, longVarint(BigInt(value))])
  }
  const number = Number(value)
  const out = Buffer.allocUnsafe(varintLength(tag) + varintLength(number))
  writeVarint(out, writeVarint(out, 0, tag), number)
  return out
}

/** A length-delimited field with its tag: text as UTF-8, bytes, or a message already encoded. */
export function bytesField(field: number, value: Buffer | string): Buffer {
  const tag = field * 8 + BYTES
  const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  const out = Buffer.allocUnsafe(varintLength(tag) + varintLength(length) + length)
  const at = writeVarint(out, writeVarint(out, 0, tag), length)
  if (typeof value === 'string') out.write(value, at)
  else value.copy(out, at)
  return out
}

/** Fields in the order of their numbers, as one message. */
export const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields)

/** A message without fields, as `Empty` is. */
export const EMPTY = Buffer.alloc(0)
