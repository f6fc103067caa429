// Publishes what is written, and never says "not published" of what may be: an unknown outcome is settled first.
import { createSignal } from 'solid-js'
import type { Problem } from '../api/problem.ts'
import { createForm, textOf } from '../forms/form.ts'
import { limits } from '../forms/limits.ts'
import { send } from '../forms/send.ts'
import { tagsOf } from '../forms/tags.ts'
import type { Refused } from '../pages/page.ts'
import type { SentPost } from './draft.ts'
import type { FoundPost } from './find-published.ts'

const path = '/api/posts'

const problem = (code: string, title: string, detail: string): Problem => ({
  type: `/problems/${code}`,
  title,
  status: 503,
  code,
  detail,
})

const notKnown = problem(
  'outcome-unknown',
  'It is not known whether your post is published.',
  'No answer came. What you wrote stays here. We look whether the post is there; publishing again is safe, it can not make a second one.',
)

const publishedBefore = problem(
  'published-before',
  'An earlier version of this is already published.',
  'It is as it was before your last changes. Publishing now makes a second post.',
)

const slugOf = (body: unknown): string | null => {
  const slug = (body as { slug?: unknown } | null)?.slug
  return typeof slug === 'string' ? slug : null
}

interface Options {
  readonly formKey: string
  readonly refused: Refused | null
  /** The id of who wrote it, and their name. */
  readonly writtenBy: string
  readonly username: string
  /** Keeps what is being sent until its outcome is known. */
  readonly onSent: (sent: SentPost | null) => void
  /** It is published, at this slug where that was told. */
  readonly onPublished: (slug: string | null) => void
}

export function createPublishing(options: Options) {
  const [found, setFound] = createSignal<FoundPost | null>(null)
  let sent: SentPost | null = null

  const look = async (post: SentPost) => {
    const { findPublished } = await import('./find-published.ts')
    const seen = await findPublished(options.username, post)
    // Somebody may have published again meanwhile, and been answered.
    if (seen === null || sent !== post) return
    settle()
    setFound(seen)
    form.say(null)
  }
  const settle = () => {
    form.keys.ended('reused')
    sent = null
    options.onSent(null)
  }
  /** The earlier sending was written: the same again is answered as it was, with where it is. */
  const findEarlier = async ({ key, content }: SentPost) => {
    const again = await send(path, content, key, options.writtenBy)
    const slug = again.ok ? slugOf(again.body) : null
    if (slug) setFound({ slug, title: String((JSON.parse(content) as { title?: unknown }).title) })
  }

  const form = createForm({
    path,
    key: options.formKey,
    refused: options.refused,
    writtenBy: options.writtenBy,
    limits: [limits.title, limits.body],
    content: fields => ({
      title: textOf(fields, 'title'),
      body: textOf(fields, 'body').replace(/\r\n/g, '\n'),
      tags: tagsOf(textOf(fields, 'tags')),
    }),
    sending: (key, content) => {
      setFound(null)
      if (form.keys.isOpen()) return
      sent = { key, content, at: Date.now() }
      options.onSent(sent)
    },
    failed: ({ problem }, outcome) => {
      const post = sent
      if (outcome === 'reused' && post !== null) {
        settle()
        void findEarlier(post)
        return publishedBefore
      }
      if (form.keys.isOpen() && post !== null) {
        look(post).catch(() => {})
        // What was refused now says nothing of what was sent before.
        return outcome === 'unknown' ? notKnown : problem
      }
      sent = null
      options.onSent(null)
      return problem
    },
    done: ({ body }) => {
      sent = null
      options.onPublished(slugOf(body))
    },
  })

  return {
    ...form,
    /** The post that was found to be published. */
    found,
    /** Takes up a sending of which this page does not know how it ended. */
    resume(post: SentPost) {
      sent = post
      form.keys.resume(post.key, post.content)
      form.say(notKnown)
      look(post).catch(() => {})
    },
  }
}
