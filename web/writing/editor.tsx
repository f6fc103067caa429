// The form in which a post is written: kept as a draft in the browser, shown as a preview beside it.
import { createEffect, createSignal, on, onMount, Show } from 'solid-js'
import { dropDraft, keepDraft, keptDraft } from '../forms/draft.ts'
import { Field, Input, Summary, tie } from '../forms/fields.tsx'
import { createForm, textOf } from '../forms/form.ts'
import { sameSitePath } from '../forms/same-site.ts'
import { tagsOf } from '../forms/tags.ts'
import type { ViewProps } from '../pages/page.ts'
import { PageTitle } from '../pages/page-title.tsx'
import { useStart } from '../pages/start.ts'
import { count } from '../text/numbers.ts'
import { clockWithSeconds } from '../text/times.ts'
import { Preview, PreviewButton, previewOf, splitPreview } from './preview.tsx'
import { TagsField } from './tags-field.tsx'

const titleLimit = 140
const bodyLimit = 40_000

export const writingDescription = 'Write a post about cryptocurrencies.'

export function Editor(props: ViewProps<object>) {
  const { preview, refusal } = splitPreview(props.refused)
  const values = props.refused?.values ?? {}
  const userId = useStart().visitor?.id ?? ''
  // Whoever has signed in since, it stays the text of who wrote it.
  const writtenBy = values.writtenBy ?? userId
  const [title, setTitle] = createSignal(values.title ?? '')
  const [body, setBody] = createSignal(values.body ?? '')
  const [tags, setTags] = createSignal(values.tags ?? '')
  const [saved, setSaved] = createSignal('')
  const html = previewOf(body, preview ?? '')
  const { problem, busy, submit } = createForm({
    path: '/api/posts',
    key: props.formKey,
    refused: refusal,
    writtenBy,
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
  let form!: HTMLFormElement
  let bodyAtFirst = ''
  onMount(() => {
    // The form works before its script does: somebody may have begun to write.
    const fields = new FormData(form)
    const begun = {
      title: textOf(fields, 'title'),
      body: bodyAtFirst,
      tags: textOf(fields, 'tags'),
    }
    const isEmpty = !props.refused && !begun.title && !begun.body
    const draft = isEmpty ? keptDraft(userId) : null
    const text = draft ?? begun
    setTitle(text.title)
    setBody(text.body)
    setTags(text.tags)
  })
  const ties = () => tie('body', problem())
  const keys = (event: KeyboardEvent & { readonly currentTarget: HTMLFormElement }) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      event.currentTarget.requestSubmit()
    }
  }
  return (
    <main id="main" class="wrap one">
      <PageTitle title="New post" description={writingDescription} error={problem() !== null} />
      <form ref={form} method="post" action="/api/posts" onSubmit={submit} onKeyDown={keys}>
        <input type="hidden" name="idempotencyKey" value={props.formKey} />
        <input type="hidden" name="writtenBy" value={writtenBy} />
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
        >
          <Show when={problem()?.code === 'signed-in-as-another'}>
            <p class="sm">
              It was written under another account.{' '}
              <a href="/sign-in" target="_blank" rel="noopener">
                Sign in to that one in a new tab
              </a>
              , then publish again: what you wrote stays here.
            </p>
          </Show>
          <Show when={problem()?.code === 'not-signed-in'}>
            <p class="sm">
              You are not signed in any more.{' '}
              <a href="/sign-in" target="_blank" rel="noopener">
                Sign in in a new tab
              </a>
              , then publish again: what you wrote stays here.
            </p>
          </Show>
        </Summary>
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
                  ref={element => {
                    bodyAtFirst = element.value
                  }}
                  class="in body"
                  id="body"
                  name="body"
                  rows="22"
                  spellcheck={true}
                  dir="auto"
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
