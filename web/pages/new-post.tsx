// Where a post is written, with its preview beside it.
import { createEffect, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import { Icon } from '../components/icon.tsx'
import { Avatar } from '../components/marks.tsx'
import { dropDraft, keepDraft, keptDraft } from '../forms/draft.ts'
import { Field, Input, Summary, tie } from '../forms/fields.tsx'
import { createForm, textOf } from '../forms/form.ts'
import { sameSitePath } from '../forms/same-site.ts'
import { send } from '../forms/send.ts'
import { tagsOf } from '../forms/tags.ts'
import { count } from '../text/numbers.ts'
import { clockWithSeconds } from '../text/times.ts'
import { definePage, found, type Refused, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'
import { useStart } from './start.ts'

const titleLimit = 140
const bodyLimit = 40_000
const tagsLimit = 5
const previewDelay = 400
const description = 'Write a post about cryptocurrencies.'

function GuestView() {
  return (
    <main id="main" class="wrap one">
      <PageTitle title="New post" description={description} />
      <div class="stack away">
        <h1>New post</h1>
        <p class="dim">
          Writing needs an account, so that readers know who speaks. It takes an e-mail address, a
          name and a password.
        </p>
        <p class="row-x">
          <a class="btn pri" href="/sign-in?back=%2Fposts%2Fnew">
            Sign in to write
          </a>
          <a class="btn" href="/sign-up">
            Create account
          </a>
        </p>
      </div>
    </main>
  )
}

/** A preview asked for without scripts comes as the "problem" of code `preview`, its HTML as the detail. */
function split(refused: Refused | null) {
  const preview = refused?.problem.code === 'preview' ? (refused.problem.detail ?? '') : null
  return { preview, refusal: preview === null ? refused : null }
}

function Preview(props: { readonly title: string; readonly html: string }) {
  const { visitor } = useStart()
  return (
    <section class="see" aria-labelledby="preview-heading">
      <h2 class="lab" id="preview-heading">
        Preview <span>As it will be published</span>
      </h2>
      <article class="paper" tabindex="0" aria-label="Preview">
        <h3 class="ptitle">{props.title || 'Title'}</h3>
        <Show when={visitor}>
          {member => (
            <p class="by">
              <Avatar userId={member().id} size="m" />
              <b>{member().username}</b>
            </p>
          )}
        </Show>
        <div class="prose" innerHTML={props.html} />
        <Show when={!props.html}>
          <p class="mute">The text appears here as you write.</p>
        </Show>
      </article>
    </section>
  )
}

/** Asks for the preview of a text once typing rests, newest wins. */
function previewOf(text: () => string, first: string) {
  const [html, setHtml] = createSignal(first)
  let asked = 0
  createEffect(
    on(
      text,
      body => {
        const timer = setTimeout(async () => {
          asked += 1
          const mine = asked
          const sent = await send('/api/previews', JSON.stringify({ body }))
          const answer = sent.ok ? (sent.body as { html?: unknown } | null)?.html : undefined
          if (mine === asked && typeof answer === 'string') setHtml(answer)
        }, previewDelay)
        onCleanup(() => clearTimeout(timer))
      },
      { defer: true },
    ),
  )
  return html
}

function Editor(props: ViewProps<object>) {
  const { preview, refusal } = split(props.refused)
  const values = props.refused?.values ?? {}
  const userId = useStart().visitor?.id ?? ''
  const [title, setTitle] = createSignal(values.title ?? '')
  const [body, setBody] = createSignal(values.body ?? '')
  const [tags, setTags] = createSignal(values.tags ?? '')
  const [saved, setSaved] = createSignal('')
  const html = previewOf(body, preview ?? '')
  const { problem, busy, submit } = createForm({
    path: '/api/posts',
    key: props.formKey,
    refused: refusal,
    content: fields => ({
      title: textOf(fields, 'title'),
      body: textOf(fields, 'body').replace(/\r\n/g, '\n'),
      tags: tagsOf(textOf(fields, 'tags')),
    }),
    done: sent => {
      dropDraft(userId)
      const slug = (sent.body as { slug?: unknown } | null)?.slug
      location.assign(typeof slug === 'string' ? `/posts/${slug}` : sameSitePath(null, '/'))
    },
  })
  onMount(() => {
    const draft = props.refused ? null : keptDraft(userId)
    if (draft && !body() && !title()) {
      setTitle(draft.title)
      setBody(draft.body)
      setTags(draft.tags)
    }
  })
  createEffect(
    on(
      [title, body, tags],
      ([title, body, tags]) => {
        if (keepDraft(userId, { title, body, tags })) {
          setSaved(`Draft kept in this browser ${clockWithSeconds(new Date())}`)
        }
      },
      { defer: true },
    ),
  )
  const ties = () => tie('body', problem())
  const keys = (event: KeyboardEvent & { readonly currentTarget: HTMLFormElement }) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      event.currentTarget.requestSubmit()
    }
  }
  return (
    <main id="main" class="wrap one">
      <PageTitle title="New post" description={description} error={problem() !== null} />
      <form method="post" action="/api/posts" onSubmit={submit} onKeyDown={keys}>
        <input type="hidden" name="idempotencyKey" value={props.formKey} />
        <div class="head writehead">
          <h1>New post</h1>
          <p class="row-x">
            <span class="folio">{saved()}</span>
            <PreviewButton />
            <button class="btn pri" type="submit" aria-busy={busy()}>
              {busy() ? 'Publishing' : 'Publish'}
            </button>
          </p>
        </div>
        <Summary
          problem={problem()}
          {...(problem()?.errors?.length ? {} : { title: 'Your post was not published.' })}
        />
        <div class="desk">
          <div class="write">
            <Input
              class="in title"
              name="title"
              label="Title"
              aside={`${count(title().length)} of ${titleLimit}`}
              autocomplete="off"
              value={title()}
              minlength={3}
              maxlength={titleLimit}
              problem={problem()}
              onInput={setTitle}
            />
            <Field
              name="body"
              label="Text"
              aside="Markdown, and $BTC becomes a link"
              problem={problem()}
            >
              <div class="ed">
                <textarea
                  class="in body"
                  id="body"
                  name="body"
                  rows="22"
                  spellcheck={true}
                  maxlength={bodyLimit}
                  prop:value={body()}
                  aria-invalid={ties().invalid}
                  aria-describedby={ties().described}
                  onInput={event => setBody(event.currentTarget.value)}
                  required
                >
                  {values.body ?? ''}
                </textarea>
              </div>
            </Field>
            <TagsField problem={problem()} value={tags()} onInput={setTags} />
          </div>
          <Preview title={title()} html={html()} />
        </div>
      </form>
    </main>
  )
}

/** Without scripts a button that returns the page with the preview; with them the way to it on a phone. */
function PreviewButton() {
  const [ready, setReady] = createSignal(false)
  onMount(() => setReady(true))
  return (
    <Show
      when={ready()}
      fallback={
        <button class="btn" type="submit" formaction="/api/previews" formnovalidate>
          <Icon name="eye" />
          Preview
        </button>
      }
    >
      <a class="btn only-phone" href="#preview-heading">
        <Icon name="eye" />
        Preview
      </a>
    </Show>
  )
}

function TagsField(props: {
  readonly problem: Parameters<typeof tie>[1]
  readonly value: string
  readonly onInput: (value: string) => void
}) {
  const hint = 'Up to five, with a comma between: custody, how-to'
  const ties = () => tie('tags', props.problem, hint)
  return (
    <Field
      name="tags"
      label="Tags"
      aside={`${tagsOf(props.value).length} of ${tagsLimit}`}
      hint={hint}
      problem={props.problem}
    >
      <input
        class="in"
        id="tags"
        name="tags"
        autocomplete="off"
        maxlength="120"
        value={props.value}
        aria-invalid={ties().invalid}
        aria-describedby={ties().described}
        onInput={event => props.onInput(event.currentTarget.value)}
      />
    </Field>
  )
}

function NewPost(props: ViewProps<object>) {
  return (
    <Show when={useStart().visitor} fallback={<GuestView />}>
      <Editor {...props} />
    </Show>
  )
}

export const newPost = definePage<object>({
  load: async () => found({}),
  View: NewPost,
})
