// How a text will look once it is published, drawn by the server while it is written.
import { createEffect, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import { Icon } from '../components/icon.tsx'
import { Avatar } from '../components/marks.tsx'
import { send } from '../forms/send.ts'
import type { Refused } from '../pages/page.ts'
import { useStart } from '../pages/start.ts'

const previewDelay = 400

/** A preview asked for without scripts comes as the "problem" of code `preview`, its HTML as the detail. */
export function splitPreview(refused: Refused | null) {
  const preview = refused?.problem.code === 'preview' ? (refused.problem.detail ?? '') : null
  return { preview, refusal: preview === null ? refused : null }
}

export function Preview(props: { readonly title: string; readonly html: string }) {
  const { visitor } = useStart()
  return (
    <section class="see" aria-labelledby="preview-heading">
      <h2 class="lab" id="preview-heading">
        Preview <span>As it will be published</span>
      </h2>
      <article class="paper" tabindex="0" aria-label="Preview">
        <h3 class="ptitle" dir="auto">
          {props.title || 'Title'}
        </h3>
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
export function previewOf(text: () => string, first: string) {
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

/** Without scripts a button that returns the page with the preview; with them the way to it on a phone. */
export function PreviewButton() {
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
