// Where a list goes on: the sort key of the last item shown, as text that programs pass back and don't look into.
import { createHash } from 'node:crypto'
import { edgeProblem } from '@cryptotalks/shared-kernel/http/edge-problems'
import type { z } from 'zod'

/** Longer than any cursor of ours: a title of 140 characters of four bytes each, with its id, in base64. */
export const longestCursor = 1_500

// Finds typing errors and idle tampering. It keeps no secret: whoever computes it may begin a list wherever they like.
const checkBytes = 4
const checkOf = (text: Buffer): Buffer =>
  createHash('sha256').update(text).digest().subarray(0, checkBytes)

/** The cursor of a list's order (its sort and direction) and the key it has come to. */
export function cursorOf(order: string, key: readonly unknown[]): string {
  const text = Buffer.from(JSON.stringify([order, ...key]))
  return Buffer.concat([checkOf(text), text]).toString('base64url')
}

/**
 * The key in a cursor that this order's list gave out. Throws `invalid-query` with the field code `bad-cursor` for
 * anything else: another list's, another order's, a changed one.
 */
export function keyFrom<Key extends z.ZodType>(
  cursor: string,
  order: string,
  schema: Key,
): z.output<Key> {
  const [given, ...key] = partsOf(cursor)
  const parsed = schema.safeParse(key)
  if (given === order && parsed.success) return parsed.data
  throw badCursor()
}

function partsOf(cursor: string): readonly unknown[] {
  const bytes = Buffer.from(cursor, 'base64url')
  const text = bytes.subarray(checkBytes)
  const intact =
    bytes.toString('base64url') === cursor && checkOf(text).equals(bytes.subarray(0, checkBytes))
  if (!intact) throw badCursor()
  try {
    const parts: unknown = JSON.parse(text.toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    throw badCursor()
  }
}

const badCursor = () =>
  edgeProblem('invalid-query', {
    detail: 'The cursor does not belong to this list. Begin without one.',
    errors: [
      { field: 'cursor', code: 'bad-cursor', message: 'This list gave out no such cursor.' },
    ],
  })
