// Event and correlation ids: text or two longs on the wire, 36 lower-case characters of ASCII in the store.
import { MalformedMessage, message, VARINT, varintField, WireReader } from './wire.ts'

/** Length of an id's text, dashes included. */
export const UUID_LENGTH = 36
export const NIL_UUID = '00000000-0000-0000-0000-000000000000'

const SPELLINGS = [
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  /^[0-9a-f]{32}$/,
  /^\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}$/,
  /^\([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\)$/,
]

const DASH = 0x2d
const isDashPlace = (i: number): boolean => i === 8 || i === 13 || i === 18 || i === 23

/** Whether the bytes are an id in the one spelling that the store keeps. */
function isCanonical(bytes: Buffer): boolean {
  if (bytes.length !== UUID_LENGTH) return false
  for (let i = 0; i < UUID_LENGTH; i++) {
    const c = bytes[i] as number
    if (isDashPlace(i)) {
      if (c !== DASH) return false
    } else if (!((c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66))) return false
  }
  return true
}

const withDashes = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

function fromText(bytes: Buffer): Buffer | undefined {
  if (isCanonical(bytes)) return bytes
  const text = bytes.toString('utf8').trim().toLowerCase()
  if (!SPELLINGS.some(spelling => spelling.test(text))) return undefined
  return Buffer.from(withDashes(text.replaceAll(/[^0-9a-f]/g, '')), 'latin1')
}

/** The 36 characters of an id in any of its spellings; undefined where a text is none. */
export const uuidFromText = (text: string): Buffer | undefined => fromText(Buffer.from(text))

function fromLongs(bytes: Buffer): Buffer {
  const reader = new WireReader(bytes)
  const halves = [0n, 0n]
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 8 || tag === 16) halves[tag / 8 - 1] = reader.uint64()
    else reader.skip(tag)
  }
  const hex = halves.map(half => half.toString(16).padStart(16, '0')).join('')
  return Buffer.from(withDashes(hex), 'latin1')
}

/**
 * Decodes a `UUID` message to the 36 characters that the store keeps.
 * Returns undefined where there is no id in it that can be read.
 */
export function decodeUuid(bytes: Buffer): Buffer | undefined {
  const reader = new WireReader(bytes)
  let id: Buffer | undefined
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) id = fromLongs(reader.bytes())
    else if (tag === 0x12) id = fromText(reader.bytes())
    else if ((tag & 7) === VARINT && tag >> 3 <= 2)
      throw new MalformedMessage('An id is no number.')
    else reader.skip(tag)
  }
  return id
}

/** The message `UUID.Structured` of an id. */
export function encodeStructured(id: Buffer): Buffer {
  const hex = id.toString('latin1').replaceAll('-', '')
  const halves = [BigInt(`0x${hex.slice(0, 16)}`), BigInt(`0x${hex.slice(16)}`)] as const
  return message(...halves.flatMap((half, i) => (half === 0n ? [] : [varintField(i + 1, half)])))
}
