// From what a schema finds wrong to errors by field, with stable codes for programs and sentences for people.
import type { z } from 'zod'
import type { FieldError } from './problem.ts'

type Issue = z.core.$ZodIssue
type RawIssue = z.core.$ZodRawIssue

/** More than this many errors help nobody, and an attacker's body could have a million. */
const mostErrors = 50

/**
 * The errors of a failed parse of `input`. Codes: `required`, `unknown-field`, `wrong-type`, `too-short`, `too-long`,
 * `too-small`, `too-big`, `bad-format`, `not-allowed`, or what a refinement names: `{ params: { code: 'terms-not-accepted' } }`.
 */
export function fieldErrorsOf(issues: readonly Issue[], input: unknown): FieldError[] {
  return issues
    .flatMap(issue => {
      if (issue.code !== 'unrecognized_keys') return [fieldErrorOf(issue, input)]
      return issue.keys.map(key => ({
        field: [...issue.path, key].join('.'),
        code: 'unknown-field',
        message: 'There is no such field.',
      }))
    })
    .slice(0, mostErrors)
}

function fieldErrorOf(issue: Issue, input: unknown): FieldError {
  const missing = valueAt(input, issue.path) === undefined
  return {
    field: issue.path.join('.'),
    code: missing && issue.code !== 'custom' ? 'required' : codeOf(issue),
    message: issue.message,
  }
}

function codeOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_union':
      return 'wrong-type'
    case 'too_small':
      return countsThings(issue.origin) ? 'too-short' : 'too-small'
    case 'too_big':
      return countsThings(issue.origin) ? 'too-long' : 'too-big'
    case 'invalid_format':
    case 'not_multiple_of':
      return 'bad-format'
    case 'custom':
      return typeof issue.params?.code === 'string' ? issue.params.code : 'not-allowed'
    default:
      return 'not-allowed'
  }
}

const countsThings = (origin: string) => ['string', 'array', 'set', 'map'].includes(origin)

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}

/** Sentences for what zod words for programmers; a schema's own message goes before these. */
export function sentenceFor(issue: RawIssue): string | undefined {
  const field = spoken(issue.path ?? [])
  if (issue.input === undefined) return `${field} is needed.`
  switch (issue.code) {
    case 'invalid_type':
      return `${field} should be ${aKindOf(issue.expected)}.`
    case 'too_small':
      return `${field} should ${amount('at least', issue.origin, issue.minimum, issue.input)}.`
    case 'too_big':
      return `${field} should ${amount('at most', issue.origin, issue.maximum, issue.input)}.`
    case 'invalid_value':
      return `${field} should be ${issue.values.map(String).join(' or ')}.`
    case 'invalid_format':
      return issue.format === 'email' ? `${field} is not one.` : `${field} is not well formed.`
    default:
      return undefined
  }
}

const names = new Map(
  Object.entries({
    acceptTerms: 'consent to the terms',
    body: 'text',
    email: 'e-mail address',
    login: 'e-mail address or user name',
    q: 'search text',
    username: 'user name',
  }),
)

/** A field as the beginning of a sentence: `The title`, `Number 2 of the tags`. */
function spoken(path: readonly PropertyKey[]): string {
  const last = path.at(-1)
  if (last === undefined) return 'The body'
  if (typeof last === 'number') return `Number ${last + 1} of the ${nameOf(path.at(-2) ?? 'list')}`
  return `The ${nameOf(last)}`
}

const nameOf = (field: PropertyKey): string =>
  names.get(String(field)) ?? String(field).replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)

function aKindOf(expected: string): string {
  const kinds: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  }
  return kinds[expected] ?? `of type ${expected}`
}

function amount(bound: string, origin: string, limit: number | bigint, input: unknown): string {
  const plural = limit === 1 ? '' : 's'
  const has = typeof input === 'string' || Array.isArray(input) ? `; it has ${input.length}` : ''
  if (origin === 'string') return `have ${bound} ${limit} character${plural}${has}`
  if (countsThings(origin)) return `have ${bound} ${limit} item${plural}${has}`
  return `be ${bound} ${limit}`
}
