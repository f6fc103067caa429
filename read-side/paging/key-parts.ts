// What a cursor's key can be made of: whatever passes here, Postgres can compare.
import { z } from 'zod'

const largestBigint = 2n ** 63n - 1n
const largestInteger = 2 ** 31 - 1

/** A log position as decimal text. */
export const positionPart = z
  .string()
  // One check: a refinement is asked also about what an earlier one has refused, and no number can be made of that.
  .refine(text => /^\d{1,19}$/.test(text) && BigInt(text) <= largestBigint)

/** Text without the one character that Postgres refuses. */
export const textPart = z.string().refine(text => !text.includes('\0'))

/** A whole number of 32 bits. */
export const integerPart = z.int().min(-largestInteger).max(largestInteger)

/** Any number that JSON can hold. */
export const numberPart = z.number()
