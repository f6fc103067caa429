// One page of a list: as many items as were asked for, and where the next page begins.
import { canBeSearched } from '@cryptotalks/shared-kernel/search/folded'
import { z } from 'zod'
import { longestCursor } from './cursor.ts'

/** How many rows to read for a page: one more than shown tells whether there is a next page. */
export const rowsFor = (limit: number): number => limit + 1

/** The rows to show, and the cursor after the last of them if there are more. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  cursorAfter: (last: Row) => string,
): { readonly shown: readonly Row[]; readonly nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last !== undefined
  return { shown, nextCursor: more ? cursorAfter(last) : null }
}

/** The query parameter that says where to go on. */
export const cursorParameter = z
  .string()
  .min(1)
  .max(longestCursor)
  .regex(/^[A-Za-z0-9_-]+$/)
  .optional()
  .meta({ description: 'The `nextCursor` of the page before' })

/** The query parameter that says how much to show. */
export const limitParameter = (most: number, usual: number) =>
  z.coerce.number().int().min(1).max(most).default(usual)

const longestSearch = 100

/**
 * The query parameter with words to find, however many: each costs a look at what the others found, and a hundred
 * characters hold fifty at most. Control characters are in no text of ours.
 */
export const searchParameter = z
  .string()
  .trim()
  .max(longestSearch)
  .regex(/^\P{Cc}*$/u)
  .refine(canBeSearched, {
    error: 'Search for at least two letters, or one Chinese, Japanese or Korean character.',
    params: { code: 'too-short' },
  })
  .optional()
  .meta({ description: 'Words, or parts of them: what is found has all of them' })
