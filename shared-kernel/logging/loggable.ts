// What of any value may stand in a log: plain data of bounded size, without secrets, packets or words of a person.
import { types } from 'node:util'
import { masked } from './masked.ts'

const mostLevels = 6
const mostEntries = 40
const longestText = 2_000
const longestKey = 100
/** Of all texts of one entry together: a line stays shorter than what a log pipeline cuts (16 kB at Docker). */
const mostCharacters = 8_000
const mostValues = 300
const mostCauses = 5
const mostFrames = 12

/** Looked for within a field's name, whatever its case and dashes: `x-api-key`, `sessionToken`, `Set-Cookie`. */
const secretWords =
  /authori[sz]ation|cookie|passw|passphrase|token|secret|credential|apikey|masterkey|privatekey|idempotencykey|connectionstring|session|email|phone|^login$|username|^rawpacket$|^rawheaders$|^body$|^query$|^parameters$/

const secretNames = new Map<string, boolean>()
/** Names come from code, but a proxy or a parsed body can have any. */
const mostNames = 2_000

function isSecret(name: string): boolean {
  const known = secretNames.get(name)
  if (known !== undefined) return known
  const secret = secretWords.test(name.replace(/[-_. ]/g, '').toLowerCase())
  if (secretNames.size < mostNames) secretNames.set(name, secret)
  return secret
}

/** What one entry has used up so far. */
interface Budget {
  characters: number
  values: number
  /** The objects that the present one lies in. */
  readonly within: Set<object>
}

export type Loggable = string | number | boolean | null | Loggable[] | { [name: string]: Loggable }

/** The fields of a log entry. Never throws, calls no method of the value and reads no getter of it. */
export function loggableFields(given: object): { [name: string]: Loggable } {
  const budget: Budget = { characters: mostCharacters, values: mostValues, within: new Set() }
  try {
    if (isError(given)) return { err: errorOf(given, budget) }
    return fieldsOf(given, budget)
  } catch {
    return { value: '[unreadable]' }
  }
}

/** One text of a log entry: bounded, without credentials and addresses. */
export function loggableText(text: string): string {
  const cut = text.length > longestText ? `${text.slice(0, longestText)}… (${text.length})` : text
  return masked(cut)
}

function loggable(value: unknown, budget: Budget): Loggable {
  budget.values--
  switch (typeof value) {
    case 'string':
      return textOf(value, budget)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'bigint':
      // A number beyond that has no use in a log, and takes long to write out.
      return value > -(2n ** 128n) && value < 2n ** 128n ? String(value) : '[bigint]'
    case 'symbol':
      return textOf(String(value), budget)
    case 'function':
      return '[function]'
    case 'object':
      return value === null ? null : objectOf(value, budget)
    default:
      return '[undefined]'
  }
}

function textOf(text: string, budget: Budget): string {
  const short = loggableText(text.slice(0, Math.max(0, budget.characters)))
  budget.characters -= short.length
  return short
}

function objectOf(value: object, budget: Budget): Loggable {
  if (budget.within.has(value)) return '[circular]'
  if (budget.within.size >= mostLevels || budget.values <= 0 || budget.characters <= 0) return '[…]'
  budget.within.add(value)
  try {
    return readable(value, budget)
  } catch {
    // A proxy may refuse whatever it is asked.
    return '[unreadable]'
  } finally {
    budget.within.delete(value)
  }
}

function readable(value: object, budget: Budget): Loggable {
  if (types.isProxy(value)) return '[proxy]'
  // Bytes may be a packet with all that its sender had to say: only how many they are is told.
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (types.isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`
  if (isError(value)) return errorOf(value, budget)
  if (types.isDate(value)) return dateOf(value)
  if (Array.isArray(value)) return listOf(value, budget)
  const kind = classOf(value)
  // Sockets, requests, maps: their insides are no words for a log, and hold the next stranger's.
  return kind === undefined ? fieldsOf(value, budget) : `[${kind}]`
}

const dateOf = (date: Date): string => {
  const time = Date.prototype.getTime.call(date)
  return Number.isNaN(time) ? '[invalid date]' : new Date(time).toISOString()
}

function listOf(list: readonly unknown[], budget: Budget): Loggable[] {
  const shown: Loggable[] = []
  for (let index = 0; index < Math.min(list.length, mostEntries); index++) {
    if (budget.values <= 0) break
    shown.push(propertyOf(list, String(index), budget))
  }
  if (list.length > shown.length) shown.push(`… ${list.length - shown.length} more`)
  return shown
}

function fieldsOf(value: object, budget: Budget): { [name: string]: Loggable } {
  const fields: { [name: string]: Loggable } = {}
  const names = Object.keys(value)
  for (const name of names.slice(0, mostEntries)) {
    if (budget.values <= 0) break
    const shown = name.length > longestKey ? `${name.slice(0, longestKey)}…` : name
    budget.characters -= shown.length
    const field = isSecret(name) ? '[redacted]' : propertyOf(value, name, budget)
    // As a plain assignment `__proto__` would be no field.
    Object.defineProperty(fields, masked(shown), {
      ...{ value: field, enumerable: true, writable: true, configurable: true },
    })
  }
  if (names.length > mostEntries) fields['…'] = `${names.length - mostEntries} more`
  return fields
}

function propertyOf(value: object, name: string, budget: Budget): Loggable {
  const property = Object.getOwnPropertyDescriptor(value, name)
  if (property === undefined) return '[undefined]'
  return 'value' in property ? loggable(property.value, budget) : '[getter]'
}

/** The name of the class that made it; undefined of plain objects. */
function classOf(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return undefined
  const made = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof made !== 'function') return 'object'
  const name = Object.getOwnPropertyDescriptor(made, 'name')?.value
  return typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'object'
}

const isError = (value: object): value is Error =>
  !types.isProxy(value) && (types.isNativeError(value) || value instanceof Error)

/**
 * Of an error its type, message, code, place and causes: what libraries hang on it besides (`rawPacket`, `config`,
 * Postgres' `detail`) quotes what strangers sent.
 */
function errorOf(error: Error, budget: Budget, depth = 0): Loggable {
  const read = (name: string): unknown => {
    try {
      return (error as unknown as Record<string, unknown>)[name]
    } catch {
      return undefined
    }
  }
  const message = read('message')
  const code = read('code')
  const stack = read('stack')
  const cause = read('cause')
  const causes = read('errors')
  const words = typeof message === 'string' ? message : ''
  return {
    type: textOf(nameOf(error, read('name')), budget),
    message: textOf(withoutQuotedInput(words, code), budget),
    ...((typeof code === 'string' || typeof code === 'number') && {
      code: typeof code === 'string' ? textOf(code, budget) : code,
    }),
    ...(typeof stack === 'string' && { stack: textOf(framesOf(stack), budget) }),
    ...(cause !== undefined && { cause: causeOf(cause, budget, depth) }),
    ...(Array.isArray(causes) && {
      errors: causes.slice(0, mostCauses).map(one => causeOf(one, budget, depth)),
    }),
  }
}

function causeOf(cause: unknown, budget: Budget, depth: number): Loggable {
  if (depth >= mostCauses || budget.values <= 0) return '[…]'
  if (typeof cause !== 'object' || cause === null) return loggable(cause, budget)
  if (budget.within.has(cause)) return '[circular]'
  if (!isError(cause)) return objectOf(cause, budget)
  budget.values--
  budget.within.add(cause)
  try {
    return errorOf(cause, budget, depth + 1)
  } finally {
    budget.within.delete(cause)
  }
}

const nameOf = (error: Error, name: unknown): string =>
  typeof name === 'string' && name !== '' ? name : (classOf(error) ?? 'Error')

/** A stack's frames. What stands before them is the message once more. */
const framesOf = (stack: string): string =>
  stack
    .slice(0, 20_000)
    .split('\n')
    .filter(line => /^ {4}at /.test(line))
    .slice(0, mostFrames)
    .join('\n')

/** Postgres' class of errors that are about a value, which its message quotes. */
const dataException = /^22\w{3}$/

/** JSON.parse and Postgres quote what they could not read, which may be anything that somebody typed. */
function withoutQuotedInput(message: string, code: unknown): string {
  if (typeof code === 'string' && dataException.test(code)) return message.replace(/: ".*$/s, '')
  const quoted = message.search(/["'].*is not valid JSON$/s)
  return quoted === -1 ? message : `${message.slice(0, quoted)}[input] is not valid JSON`
}
