// How RFC 9112 reads the bytes of a connection, written for nothing but to be compared with: strict, slow, on its own.

export interface Message {
  readonly method: string
  readonly target: string
  /** Names in lower case, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** One character a byte. */
  readonly body: string
}

export interface Reading {
  /** What is whole, up to the first fault. */
  readonly messages: readonly Message[]
  /** `more`: the last one is not whole; `bad`: what follows is no message. */
  readonly end: 'whole' | 'more' | 'bad'
  /** Where what was not read begins. */
  readonly at: number
}

type Step<T> = { readonly value: T; readonly at: number } | 'more' | 'bad'

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
/** More than one space is what a lenient reader may forgive (section 3), and Node's does. */
const REQUEST_LINE = new RegExp(`^(${TOKEN}) +([\\x21-\\x7e]+) +HTTP/1\\.([01])$`)
const FIELD_LINE = new RegExp(`^(${TOKEN}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*$`)
const FOLD = /^[ \t]+([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/
const CHUNK_LINE = /^([0-9A-Fa-f]+)(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/

/** Reads requests, one behind the other, until the first that is not whole or no request. */
export function readRequests(bytes: string): Reading {
  const messages: Message[] = []
  let at = 0
  for (;;) {
    // An empty line before a request is no fault (section 2.2). Node takes half of one as well, which can hide nothing.
    while (bytes[at] === '\r' || bytes[at] === '\n') at++
    if (at === bytes.length) return { messages, end: 'whole', at }
    const read = readRequest(bytes, at)
    if (typeof read === 'string') return { messages, end: read, at }
    messages.push(read.value)
    at = read.at
  }
}

function readRequest(bytes: string, from: number): Step<Message> {
  const line = lineAt(bytes, from)
  if (typeof line === 'string') return line
  const [whole, method = '', target = '', minor] = REQUEST_LINE.exec(line.value) ?? []
  if (whole === undefined) return 'bad'
  const fields = fieldsAt(bytes, line.at)
  if (typeof fields === 'string') return fields
  const body = bodyAt(bytes, fields.at, fields.value, minor === '1')
  if (typeof body === 'string') return body
  return { value: { method, target, fields: fields.value, body: body.value }, at: body.at }
}

/** A line up to its CRLF; a CR or LF of its own is a fault. */
function lineAt(bytes: string, from: number): Step<string> {
  const end = bytes.indexOf('\r\n', from)
  const line = bytes.slice(from, end < 0 ? bytes.length : end)
  if (/[\n\0]|\r(?!$)/.test(line) || (end >= 0 && line.includes('\r'))) return 'bad'
  return end < 0 ? 'more' : { value: line, at: end + 2 }
}

function fieldsAt(bytes: string, from: number): Step<[string, string][]> {
  const fields: [string, string][] = []
  let at = from
  for (;;) {
    const line = lineAt(bytes, at)
    if (typeof line === 'string') return line
    at = line.at
    if (line.value === '') return { value: fields, at }
    const last = fields.at(-1)
    const [folded, more = ''] = FOLD.exec(line.value) ?? []
    if (folded !== undefined) {
      if (last === undefined) return 'bad'
      last[1] = `${last[1]} ${more}`.trim()
      continue
    }
    const [whole, name = '', value = ''] = FIELD_LINE.exec(line.value) ?? []
    if (whole === undefined) return 'bad'
    fields.push([name.toLowerCase(), value])
  }
}

/** Section 6.3, and of what it leaves to the server always the stricter. */
function bodyAt(
  bytes: string,
  from: number,
  fields: readonly (readonly [string, string])[],
  isHttp11: boolean,
): Step<string> {
  const valuesOf = (wanted: string) => fields.filter(([name]) => name === wanted).map(([, v]) => v)
  const [codings, lengths] = [valuesOf('transfer-encoding'), valuesOf('content-length')]
  if (valuesOf('host').length > 1 || (isHttp11 && valuesOf('host').length === 0)) return 'bad'
  if (codings.length > 0) {
    const isSure = codings.join(',').toLowerCase() === 'chunked' && lengths.length === 0 && isHttp11
    return isSure ? chunksAt(bytes, from) : 'bad'
  }
  if (lengths.length === 0) return { value: '', at: from }
  const [length = ''] = lengths
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) return 'bad'
  const end = from + Number(length)
  return end > bytes.length ? 'more' : { value: bytes.slice(from, end), at: end }
}

function chunksAt(bytes: string, from: number): Step<string> {
  let [at, body] = [from, '']
  for (;;) {
    const line = lineAt(bytes, at)
    if (typeof line === 'string') return line
    const [whole, hex = ''] = CHUNK_LINE.exec(line.value) ?? []
    if (whole === undefined || hex.replace(/^0+/, '').length > 16) return 'bad'
    const size = Number.parseInt(hex, 16)
    if (size === 0) {
      const trailers = fieldsAt(bytes, line.at)
      return typeof trailers === 'string' ? trailers : { value: body, at: trailers.at }
    }
    const end = line.at + size
    if (end + 2 > bytes.length) return 'more'
    if (!bytes.startsWith('\r\n', end)) return 'bad'
    body += bytes.slice(line.at, end)
    at = end + 2
  }
}

/** An answer as it stood on the connection. */
export interface Answer {
  readonly status: number
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Reads answers to these methods, in order; what comes before an answer (1xx) is left out. */
export function readAnswers(bytes: string, methods: readonly string[]): Answer[] | 'bad' {
  const answers: Answer[] = []
  let at = 0
  while (at < bytes.length) {
    const line = lineAt(bytes, at)
    const status =
      typeof line === 'string' ? undefined : /^HTTP\/1\.1 (\d{3})/.exec(line.value)?.[1]
    if (typeof line === 'string' || status === undefined) return line === 'more' ? answers : 'bad'
    const fields = fieldsAt(bytes, line.at)
    if (typeof fields === 'string') return fields === 'more' ? answers : 'bad'
    at = fields.at
    if (status.startsWith('1')) continue
    const has = (name: string) => fields.value.some(([given]) => given === name)
    const isEmpty = methods[answers.length] === 'HEAD' || status === '204' || status === '304'
    const framed = has('transfer-encoding') || has('content-length')
    const body = isEmpty
      ? { value: '', at }
      : framed
        ? bodyAt(bytes, at, [['host', ''], ...fields.value], true)
        : { value: bytes.slice(at), at: bytes.length }
    if (typeof body === 'string') return body === 'more' ? answers : 'bad'
    answers.push({ status: Number(status), fields: fields.value, body: body.value })
    at = body.at
  }
  return answers
}
