// Which events of `$all` a reader wants: by prefix or regular expression, of the stream's name or the event's type.
import type { FilterRequest } from '../protocol/read-request.ts'
import { streamNameOf, typeOf } from '../protocol/recorded-event.ts'
import { Automaton } from './automaton.ts'
import { ANY_LENGTH, longestQuick } from './backtracking.ts'
import { readExpression } from './dotnet-expression.ts'

/** Whether a record is wanted. */
export type Filter = (record: Buffer) => boolean

/**
 * A test by a .NET expression that never takes long, whoever chose the expression and the texts. Throws a SyntaxError for
 * an expression that can't be read, and for one that could only be tested by trying its ways one after another.
 */
export function testOf(pattern: string): (text: string) => boolean {
  const expression = readExpression(pattern)
  const { regexp } = expression
  const quick = longestQuick(expression)
  if (quick === ANY_LENGTH) return text => regexp.test(text)
  const automaton = new Automaton(expression)
  return text => (text.length <= quick ? regexp.test(text) : automaton.test(text))
}

const startsWith = (text: Buffer, prefix: Buffer): boolean =>
  text.length >= prefix.length && text.compare(prefix, 0, prefix.length, 0, prefix.length) === 0

/** Throws a SyntaxError for a regular expression that is refused. Without any expression nothing is wanted. */
export function filterOf({ on, regex, prefixes }: FilterRequest): Filter {
  const text = on === 'type' ? typeOf : streamNameOf
  if (regex !== '') {
    const test = testOf(regex)
    return record => test(text(record).toString('utf8'))
  }
  const starts = prefixes.map(prefix => Buffer.from(prefix))
  return record => {
    const value = text(record)
    return starts.some(prefix => startsWith(value, prefix))
  }
}
