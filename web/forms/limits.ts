// How much fits into a field. It is told, never enforced by cutting: what was typed or pasted stays whole.
import { count } from '../text/numbers.ts'

export interface Limit {
  readonly field: string
  /** As sentences name the field: "title". */
  readonly spoken: string
  /** In characters as the API counts them: as JavaScript does. */
  readonly most: number
  /** Whether blanks around it don't count. */
  readonly trims?: boolean
}

export const limits = {
  title: { field: 'title', spoken: 'title', most: 140, trims: true },
  body: { field: 'body', spoken: 'text', most: 40_000 },
  email: { field: 'email', spoken: 'e-mail address', most: 254, trims: true },
  username: { field: 'username', spoken: 'user name', most: 24 },
  password: { field: 'password', spoken: 'password', most: 128 },
} as const satisfies Record<string, Limit>

/** The length that counts against the limit. */
export const lengthOf = (text: string, { trims }: Limit): number =>
  (trims ? text.trim() : text).length

/** What to say of a text that does not fit; nothing when it does. */
export function tooLong(text: string, limit: Limit): string | undefined {
  const length = lengthOf(text, limit)
  if (length <= limit.most) return undefined
  return `The ${limit.spoken} should have at most ${count(limit.most)} characters; it has ${count(length)}.`
}

const near = 0.9

/** "39,120 of 40,000" once the limit is near; before that it is in nobody's way. */
export function counter(text: string, limit: Limit): string {
  const length = lengthOf(text, limit)
  return length < limit.most * near ? '' : `${count(length)} of ${count(limit.most)}`
}
