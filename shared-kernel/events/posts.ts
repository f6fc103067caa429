// What happens to posts.
import { z } from 'zod'
import { defineEvent } from '../eventsourcing/event-definition.ts'

/** A post went public. What a person wrote is sealed under that person's key, so that erasing them erases it too. */
export const PostPublished = defineEvent({
  type: 'PostPublished',
  version: 1,
  schema: z.strictObject({
    postId: z.string(),
    authorId: z.string(),
    title: z.string(),
    slug: z.string(),
    /** Markdown. */
    body: z.string(),
    tags: z.array(z.string()),
  }),
  personal: { subject: 'authorId', fields: ['title', 'slug', 'body'] },
})
