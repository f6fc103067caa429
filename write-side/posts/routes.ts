// Publishing, and seeing beforehand what it will look like, over HTTP.
import { problemFrom } from '@cryptotalks/shared-kernel/http/edge-problems'
import type { Problem } from '@cryptotalks/shared-kernel/http/problem'
import { written } from '@cryptotalks/shared-kernel/http/read-your-writes'
import { pickProblems, problemOf } from '@cryptotalks/shared-kernel/http/refusal'
import { stateOf } from '@cryptotalks/shared-kernel/http/request-state'
import { defineRoute, type Route } from '@cryptotalks/shared-kernel/http/route'
import { renderMarkdown } from '@cryptotalks/shared-kernel/markdown/render-markdown'
import { z } from 'zod'
import type { MakeMetadata } from '../commands/command-metadata.ts'
import { commonRefusals } from '../commands/refusals.ts'
import { orUnavailable, unavailableProblems } from '../commands/unavailable.ts'
import { bodySchema, postSchema } from './input.ts'
import type { Publish } from './publishing.ts'
import { tagWords } from './tags.ts'

export interface PostCommands {
  readonly publish: Publish
  readonly metadata: MakeMetadata
}

// 40,000 characters are 120 kB in Chinese, and twice that when a client escapes each of them in JSON.
const mostBodyBytes = 256 * 1024

const newPostPage = '/posts/new'

/** What the form's page shows as its preview. */
const previewShown = (html: string): Problem =>
  problemFrom('preview', { status: 200, title: 'Preview' }, { detail: html })

const refusals = pickProblems(commonRefusals, 'idempotency-key-reused')

const postPosts = ({ publish, metadata }: PostCommands): Route =>
  defineRoute({
    method: 'post',
    path: '/api/posts',
    summary: 'Publish a post',
    tags: ['posts'],
    auth: 'session',
    body: postSchema,
    mostBodyBytes,
    answers: {
      201: z
        .strictObject({ id: z.string(), slug: z.string(), revision: z.int() })
        .meta({ description: 'The post is public' }),
    },
    problems: { ...refusals, ...unavailableProblems },
    form: {
      page: newPostPage,
      from: ({ tags = '', ...values }) => ({
        ...values,
        tags: tagWords(tags),
      }),
      done: ({ body }) => `/posts/${body.slug}`,
    },
    handle: async asked => {
      const command = metadata('PublishPost', asked, asked.body)
      const draft = { ...asked.body, authorId: asked.visitor.userId }
      const outcome = await orUnavailable(() => publish(draft, command))
      if (outcome.kind === 'refused') return problemOf(refusals, outcome.refusal)
      const { postId, slug, revision } = outcome
      const location = `/api/posts/${slug}`
      const body = { id: postId, slug, revision }
      return { status: 201, body, ...written({ ...outcome, location }) }
    },
  })

const postPreviews: Route = defineRoute({
  method: 'post',
  path: '/api/previews',
  summary: 'See what Markdown will look like',
  description: 'Nothing is kept.',
  tags: ['posts'],
  body: z.strictObject({ body: bodySchema }),
  mostBodyBytes,
  answers: { 200: z.strictObject({ html: z.string() }).meta({ description: 'Safe HTML' }) },
  form: { page: newPostPage, from: ({ body }) => ({ body }), done: () => newPostPage },
  handle: ({ body: { body }, ctx }) => {
    const { html } = renderMarkdown(body)
    // Without scripts the page comes again with what was typed, and so like a refusal, which this is none.
    if (stateOf(ctx).form !== undefined) return { problem: previewShown(html) }
    return { status: 200, body: { html } }
  },
})

export const postRoutes = (commands: PostCommands): readonly Route[] => [
  postPosts(commands),
  postPreviews,
]
