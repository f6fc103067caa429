// Which events of `$all` a reader wants: by prefix or regular expression, of the stream's name or the event's type.
import type { FilterRequest } from '../protocol/read-request.ts'
import { streamNameOf, typeOf } from '../protocol/recorded-event.ts'

/** Whether a record is wanted. */
export type Filter = (record: Buffer) => boolean

/** Options in force from the pattern's beginning, as in `(?i)` or `(?im-s)`. */
const LEADING_OPTIONS = /^\(\?([imnsx]*)(?:-[imnsx]+)?\)/

/**
 * Makes a RegExp of a .NET expression: options written in front, `\A`, `\z`, `\Z` and `(?'name'...)` are translated;
 * what JavaScript can't say throws a SyntaxError.
 */
export function translateRegex(pattern: string): RegExp {
  const options = LEADING_OPTIONS.exec(pattern)
  const body = options ? pattern.slice(options[0].length) : pattern
  const flags = [...new Set(options?.[1] ?? '')].filter(option => 'ims'.includes(option)).join('')
  const translated = body.replaceAll(/\\([\s\S])|\(\?'(\w+)'/g, (whole, escaped, name) => {
    if (name !== undefined) return `(?<${name}>`
    if (escaped === 'A') return '(?<![\\s\\S])'
    if (escaped === 'z') return '(?![\\s\\S])'
    if (escaped === 'Z') return '(?=\\n?(?![\\s\\S]))'
    return whole
  })
  return new RegExp(translated, /\\[pP]\{/.test(translated) ? `${flags}u` : flags)
}

const startsWith = (text: Buffer, prefix: Buffer): boolean =>
  text.length >= prefix.length && text.compare(prefix, 0, prefix.length, 0, prefix.length) === 0

/** Throws a SyntaxError for a regular expression that can't be read. Without any expression nothing is wanted. */
export function filterOf({ on, regex, prefixes }: FilterRequest): Filter {
  const text = on === 'type' ? typeOf : streamNameOf
  if (regex !== '') {
    const expression = translateRegex(regex)
    return record => expression.test(text(record).toString('utf8'))
  }
  const starts = prefixes.map(prefix => Buffer.from(prefix))
  return record => {
    const value = text(record)
    return starts.some(prefix => startsWith(value, prefix))
  }
}
