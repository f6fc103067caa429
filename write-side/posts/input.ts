// What people write, and what of it can't be taken.
import { isWhole, showsSomething, visiblePart } from '@cryptotalks/shared-kernel/text/visible'
import { z } from 'zod'
import { normalisedTag } from './tags.ts'

export const longestBody = 40_000
const mostTags = 5

const shortestTitle = 3

// Whatever ends a line, other control characters, and the marks by which text can be made to read other than it is written.
const misleading = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

const notWhole = { error: 'It holds half a character.', params: { code: 'bad-format' } }

export const bodySchema = z
  .string()
  .min(1, { abort: true })
  .max(longestBody)
  .refine(isWhole, notWhole)
  .refine(showsSomething, {
    error: 'There is nothing in it.',
    params: { code: 'required' },
  })
  .meta({ description: 'Markdown (GFM)' })

const tagSchema = z
  .string()
  .transform(normalisedTag)
  .pipe(
    z
      .string()
      .min(1)
      .max(20)
      .regex(/^[a-z0-9-]*$/, { error: 'A tag has letters from a to z, digits and hyphens.' })
      .regex(/[a-z0-9]/, { error: 'A tag has a letter or a digit.' }),
  )

// As many as a list may have before the doubles in it are dropped.
const mostTagsTyped = 100

export const postSchema = z
  .strictObject({
    title: z
      .string()
      .trim()
      .min(shortestTitle, { abort: true })
      .max(140)
      .refine(isWhole, notWhole)
      .refine(title => !misleading.test(title), {
        error: 'A title is one line of plain text.',
        params: { code: 'bad-format' },
      })
      .refine(title => showsSomething(title) && visiblePart(title).length >= shortestTitle, {
        error: `A title shows at least ${shortestTitle} characters.`,
        params: { code: 'too-short' },
      }),
    body: bodySchema,
    tags: z
      .array(tagSchema)
      .max(mostTagsTyped)
      .transform(tags => [...new Set(tags)])
      .pipe(z.array(z.string()).max(mostTags)),
  })
  .meta({ id: 'NewPost' })
