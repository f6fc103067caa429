// The messages of the Users service.
import { frame } from './read-response.ts'
import { BYTES, bytesField, EMPTY, message, varintField, WireReader } from './wire.ts'

/** What the requests hold: all of them have options whose first field is the login name. */
export interface UserRequest {
  readonly login: string
  /** Fields from the second on, by their number, in the order in which they came. */
  readonly fields: ReadonlyMap<number, readonly string[]>
}

const OPTIONS = 1
const LOGIN = 1
const TICKS_PER_MS = 10_000

function lastMessage(bytes: Buffer, field: number): Buffer {
  const reader = new WireReader(bytes)
  let found: Buffer = EMPTY
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === field * 8 + BYTES) found = reader.bytes()
    else reader.skip(tag)
  }
  return found
}

/** Reads any request of the service. Throws `MalformedMessage`. */
export function decodeUserRequest(bytes: Buffer): UserRequest {
  const reader = new WireReader(lastMessage(bytes, OPTIONS))
  const fields = new Map<number, string[]>()
  while (!reader.done) {
    const tag = reader.tag()
    if ((tag & 7) !== BYTES) {
      reader.skip(tag)
      continue
    }
    const field = Math.floor(tag / 8)
    const values = fields.get(field) ?? []
    fields.set(field, [...values, reader.bytes().toString()])
  }
  return { login: fields.get(LOGIN)?.at(-1) ?? '', fields }
}

/** A user as others may see it. */
export interface UserDetails {
  readonly login: string
  readonly fullName: string
  readonly groups: readonly string[]
  readonly disabled: boolean
  /** Milliseconds since 1970. */
  readonly changed: number
}

const textField = (field: number, text: string): readonly Buffer[] =>
  text === '' ? [] : [bytesField(field, text)]

/** `DetailsResp`. */
export function userDetails(user: UserDetails): Buffer {
  const details = message(
    ...textField(1, user.login),
    ...textField(2, user.fullName),
    ...user.groups.map(group => bytesField(3, group)),
    bytesField(4, varintField(1, BigInt(user.changed) * BigInt(TICKS_PER_MS))),
    ...(user.disabled ? [varintField(5, 1)] : []),
  )
  return frame(bytesField(1, details))
}

/** What the methods that change something answer. */
export const DONE = frame(EMPTY)
