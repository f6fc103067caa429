// The form in which a post is written: kept as a draft in the browser, shown as a preview beside it.
import { batch, createSignal, getOwner, onCleanup, onMount, runWithOwner, Show } from 'solid-js'
import type { Problem } from '../api/problem.ts'
import { Icon } from '../components/icon.tsx'
import { Field, Input, Summary, tie } from '../forms/fields.tsx'
import { textOf } from '../forms/form.ts'
import { counter, limits, tooLong } from '../forms/limits.ts'
import type { ViewProps } from '../pages/page.ts'
import { PageTitle } from '../pages/page-title.tsx'
import { useStart } from '../pages/start.ts'
import { count } from '../text/numbers.ts'
import type { Draft, SentPost } from './draft.ts'
import type { DraftKeeper } from './keep-draft.ts'
import { Preview, PreviewButton, previewOf, splitPreview } from './preview.tsx'
import { createPublishing } from './publishing.ts'
import { TagsField } from './tags-field.tsx'

export const writingDescription = 'Write a post about cryptocurrencies.'

/** What no summary of the API's can know: whether the post is published. */
const notPublished = (problem: Problem | null) =>
  problem && problem.status < 500 && !problem.errors?.length
    ? { title: 'Your post was not published.' }
    : {}

export function Editor(props: ViewProps<object>) {
  const { preview, refusal } = splitPreview(props.refused)
  const values = props.refused?.values ?? {}
  const { visitor } = useStart()
  // Whoever has signed in since, it stays the text of who wrote it.
  const writtenBy = values.writtenBy ?? visitor?.id ?? ''
  const [title, setTitle] = createSignal(values.title ?? '')
  const [body, setBody] = createSignal(values.body ?? '')
  const [tags, setTags] = createSignal(values.tags ?? '')
  const text = () => ({ title: title(), body: body(), tags: tags() })
  const setText = (draft: Draft) =>
    batch(() => {
      setTitle(draft.title)
      setBody(draft.body)
      setTags(draft.tags)
    })
  const { html, trouble } = previewOf(body, preview ?? '')
  const { problem, busy, submit, found, resume } = createPublishing({
    formKey: props.formKey,
    refused: refusal,
    writtenBy,
    username: visitor?.username ?? '',
    onSent: post => {
      sent = post
      drafts?.setSent(post)
    },
    onPublished: slug => {
      drafts?.finish()
      location.assign(slug ? `/posts/${slug}` : '/')
    },
  })
  let drafts: DraftKeeper | undefined
  let sent: SentPost | null = null
  const [draftState, setDraftState] = createSignal('')
  /** Drafts are kept by code of its own, which the page is not to wait for. */
  const owner = getOwner()
  let gone = false
  onCleanup(() => {
    gone = true
  })
  const beginDrafts = async () => {
    const { keepDrafts } = await import('./keep-draft.ts')
    if (gone) return
    const options = { userId: writtenBy, text, setText, given: props.refused !== null }
    runWithOwner(owner, () => {
      drafts = keepDrafts({ ...options, setState: setDraftState, onUnsettled: resume })
      drafts.setSent(sent)
    })
  }
  let form!: HTMLFormElement
  let bodyAtFirst = ''
  onMount(() => {
    // Drafts bring everything back. What the browser would bring back beside them is half of it, or published since;
    // without scripts, when this is not said, it brings back all.
    form.autocomplete = 'off'
    // The form works before its script does: somebody may have begun to write.
    const fields = new FormData(form)
    setText({ title: textOf(fields, 'title'), body: bodyAtFirst, tags: textOf(fields, 'tags') })
    beginDrafts().catch(() => setDraftState('No draft is kept: a part of this page did not load.'))
  })
  const ties = () => tie('body', problem(), undefined, tooLong(body(), limits.body))
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
            <span class="folio">{draftState()}</span>
            <PreviewButton />
            <button class="btn pri" type="submit" aria-busy={busy()}>
              {busy() ? 'Publishing' : 'Publish'}
            </button>
          </p>
        </div>
        <Show when={found()}>
          {post => (
            <div class="note ok" role="status">
              <Icon name="check" />
              <div>
                <p>
                  <b>It is published:</b>{' '}
                  <a href={`/posts/${post().slug}`} dir="auto">
                    {post().title}
                  </a>
                </p>
              </div>
            </div>
          )}
        </Show>
        <Summary problem={problem()} {...notPublished(problem())}>
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
              aside={`${count(title().length)} of ${limits.title.most}`}
              value={title()}
              minlength={3}
              limit={limits.title}
              problem={problem()}
              onInput={setTitle}
            />
            <Field
              name="body"
              label="Text"
              aside="Markdown, and $BTC becomes a link"
              counter={counter(body(), limits.body)}
              message={ties().message}
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
          <Preview title={title()} html={html()} trouble={trouble()} />
        </div>
      </form>
    </main>
  )
}
