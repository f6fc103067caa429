// Reads request bodies: bounded, strictly UTF-8, and without keys that could reach an object's prototype.
import type { IncomingMessage } from 'node:http'
import { edgeProblem } from './edge-problems.ts'

export interface ContentType {
  /** In lower case, without parameters; empty when the request names none. */
  readonly type: string
  readonly charset?: string
}

export function contentTypeOf(header: string | undefined): ContentType {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';')
  const charset = parameters
    .map(parameter => /^\s*charset="?([^"\s]+)"?\s*$/.exec(parameter)?.[1])
    .find(value => value !== undefined)
  return charset === undefined ? { type: type.trim() } : { type: type.trim(), charset }
}

/** Whether the request has a body at all (RFC 9112, section 6.3). */
export const hasBody = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** The body as text. Throws `body-too-large`, `unsupported-media-type` (other than plain UTF-8) or `malformed-body`. */
export async function readText(request: IncomingMessage, mostBytes: number): Promise<string> {
  const { charset = 'utf-8' } = contentTypeOf(request.headers['content-type'])
  if (charset !== 'utf-8' && charset !== 'utf8')
    throw edgeProblem('unsupported-media-type', { detail: 'Send text in UTF-8.' })
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    throw edgeProblem('unsupported-media-type', { detail: 'Send the body uncompressed.' })
  const bytes = await readBytes(request, mostBytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw edgeProblem('malformed-body', { detail: 'The body is not valid UTF-8.', cause })
  }
}

async function readBytes(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes)
  const chunks: Buffer[] = []
  let length = 0
  try {
    // The request must outlive a bound that is passed, or its connection could carry no answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length > mostBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw edgeProblem('malformed-body', { detail: 'The body broke off.', cause })
  }
  if (length > mostBytes) throw tooLarge(mostBytes)
  return Buffer.concat(chunks)
}

/** Leaves the rest unread: the server that listens reads it once the answer is out (discard-rest.ts). */
const tooLarge = (mostBytes: number) =>
  edgeProblem('body-too-large', { detail: `At most ${mostBytes} bytes are taken here.` })

/** The value that JSON text says. Throws `malformed-json`, or `invalid-input` for what could do harm further in. */
export function parseJson(text: string): unknown {
  let harm: string | undefined
  const watch = (key: string, item: unknown) => {
    harm ??= harmOf(key) ?? (typeof item === 'string' ? harmOf(item, 'value') : undefined)
    return item
  }
  let value: unknown
  try {
    value = JSON.parse(text, mayHarm.test(text) ? watch : undefined)
  } catch (cause) {
    throw edgeProblem('malformed-json', { cause })
  }
  if (harm !== undefined) throw harmfulInput(harm)
  return value
}

// How such a key and a NUL can be written in JSON, the key's letters escaped or not. Watching each value takes many times
// as long as parsing.
const mayHarm = /__proto__|\\u00/i

/** What must not come in: a key that reaches the prototype; a NUL, which Postgres can't keep in text. */
export function harmOf(text: string, role: 'key' | 'value' = 'key'): string | undefined {
  if (role === 'key' && text === '__proto__') return 'There is no such field.'
  return text.includes('\0') ? 'NUL characters are not allowed.' : undefined
}

/** The refusal of such input, which names no field: the harm may be in the field's name. */
export const harmfulInput = (message: string) =>
  edgeProblem('invalid-input', { errors: [{ field: '', code: 'not-allowed', message }] })
