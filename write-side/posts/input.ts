// What people write, and what of it can't be taken.
import { z } from 'zod'

export const longestBody = 40_000
const mostTags = 5

// Line ends and other control characters, and the marks by which text can be made to read other than it is written.
const misleading = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
// Half a character: JSON can say it, UTF-8 and Postgres can't.
const broken = /\p{Cs}/u

const whole = (text: string): boolean => !broken.test(text)
const notWhole = { error: 'It holds half a character.', params: { code: 'bad-format' } }

export const bodySchema = z
  .string()
  .min(1)
  .max(longestBody)
  .refine(whole, notWhole)
  .refine(body => body.trim() !== '', {
    error: 'There is nothing in it.',
    params: { code: 'required' },
  })
  .meta({ description: 'Markdown (GFM)' })

const tagSchema = z
  .string()
  .trim()
  .toLowerCase()
  .min(1)
  .max(20)
  .regex(/^[a-z0-9-]*$/, { error: 'A tag has letters from a to z, digits and hyphens.' })

export const postSchema = z
  .strictObject({
    title: z
      .string()
      .trim()
      .min(3)
      .max(140)
      .refine(whole, notWhole)
      .refine(title => !misleading.test(title), {
        error: 'A title is one line of plain text.',
        params: { code: 'bad-format' },
      }),
    body: bodySchema,
    tags: z
      .array(tagSchema)
      .max(mostTags)
      .transform(tags => [...new Set(tags)]),
  })
  .meta({ id: 'NewPost' })
