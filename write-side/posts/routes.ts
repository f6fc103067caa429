// Publishing, and seeing beforehand what it will look like, over HTTP.
import { addressKey } from '@cryptotalks/shared-kernel/http/address-key'
import { problemFrom } from '@cryptotalks/shared-kernel/http/edge-problems'
import type { Problem } from '@cryptotalks/shared-kernel/http/problem'
import { written } from '@cryptotalks/shared-kernel/http/read-your-writes'
import { pickProblems, problemOf } from '@cryptotalks/shared-kernel/http/refusal'
import { stateOf } from '@cryptotalks/shared-kernel/http/request-state'
import { defineRoute, type Route } from '@cryptotalks/shared-kernel/http/route'
import { z } from 'zod'
import type { MakeMetadata } from '../commands/command-metadata.ts'
import { commonRefusals } from '../commands/refusals.ts'
import { orUnavailable, unavailableProblems } from '../commands/unavailable.ts'
import type { Limits } from '../limits/limits.ts'
import { bodySchema, postSchema } from './input.ts'
import { createPreviewing } from './previewing.ts'
import type { Publish } from './publishing.ts'
import { postRefusals, showsNothing } from './refusals.ts'
import type { Rendering } from './rendering.ts'
import { htmlShowsSomething } from './shown.ts'
import { tagWords } from './tags.ts'

export interface PostCommands {
  readonly publish: Publish
  readonly render: Rendering['render']
  readonly limits: Pick<Limits, 'take'>
  readonly metadata: MakeMetadata
}

// 40,000 characters are 120 kB in Chinese, and twice that when a client escapes each of them in JSON.
const mostBodyBytes = 256 * 1024

const newPostPage = '/posts/new'

/** What the form's page shows as its preview. */
const previewShown = (html: string): Problem =>
  problemFrom('preview', { status: 200, title: 'Preview' }, { detail: html })

const refusals = {
  ...pickProblems(commonRefusals, 'idempotency-key-reused', 'busy'),
  ...pickProblems(postRefusals, 'text-too-intricate', 'text-shows-nothing'),
}

const postPosts = ({ publish, render, metadata }: PostCommands): Route =>
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
      // What can't be shown within the limit would hold up every reader's list, and each rebuild of it.
      const rendered = await render(draft.body, draft.authorId)
      if (rendered.kind === 'refused') return problemOf(refusals, rendered.refusal)
      if (!htmlShowsSomething(rendered.html)) return problemOf(refusals, showsNothing)
      const outcome = await orUnavailable(() => publish(draft, command))
      if (outcome.kind === 'refused') return problemOf(refusals, outcome.refusal)
      const { postId, slug, revision } = outcome
      const location = `/api/posts/${slug}`
      const body = { id: postId, slug, revision }
      return { status: 201, body, ...written({ ...outcome, location }) }
    },
  })

const previewRefusals = {
  ...pickProblems(commonRefusals, 'busy'),
  ...pickProblems(postRefusals, 'text-too-intricate', 'too-many-previews'),
}

const postPreviews = ({ render, limits }: PostCommands): Route => {
  const preview = createPreviewing(render, limits)
  return defineRoute({
    method: 'post',
    path: '/api/previews',
    summary: 'See what Markdown will look like',
    description: 'Nothing is kept.',
    tags: ['posts'],
    auth: 'session',
    body: z.strictObject({ body: bodySchema }),
    mostBodyBytes,
    answers: { 200: z.strictObject({ html: z.string() }).meta({ description: 'Safe HTML' }) },
    form: { page: newPostPage, from: ({ body }) => ({ body }), done: () => newPostPage },
    problems: previewRefusals,
    handle: async ({ body: { body }, visitor, ctx }) => {
      const outcome = await preview(body, { ...visitor, address: addressKey(ctx.ip) })
      if (outcome.kind === 'refused') return problemOf(previewRefusals, outcome.refusal)
      const { html } = outcome
      // Without scripts the page comes again with what was typed, and so like a refusal, which this is none.
      if (stateOf(ctx).form !== undefined) return { problem: previewShown(html) }
      return { status: 200, body: { html } }
    },
  })
}

export const postRoutes = (commands: PostCommands): readonly Route[] => [
  postPosts(commands),
  postPreviews(commands),
]
