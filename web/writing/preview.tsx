// How a text will look once it is published, drawn by the server while it is written.
import { createEffect, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import { Icon } from '../components/icon.tsx'
import { Avatar } from '../components/marks.tsx'
import { limits, tooLong } from '../forms/limits.ts'
import { type Sent, send } from '../forms/send.ts'
import type { Refused } from '../pages/page.ts'
import { useStart } from '../pages/start.ts'

/** Milliseconds. */
const previewDelay = 400
/** A session has sixty previews a minute: whoever types without end is to stay within them. */
const leastBetween = 1_000

/** A preview asked for without scripts comes as the "problem" of code `preview`, its HTML as the detail. */
export function splitPreview(refused: Refused | null) {
  const preview = refused?.problem.code === 'preview' ? (refused.problem.detail ?? '') : null
  return { preview, refusal: preview === null ? refused : null }
}

interface PreviewProps {
  readonly title: string
  readonly html: string
  /** Why the text as it is now is not shown. */
  readonly trouble: string
}

export function Preview(props: PreviewProps) {
  const { visitor } = useStart()
  return (
    <section class="see" aria-labelledby="preview-heading">
      <h2 class="lab" id="preview-heading">
        Preview <span>As it will be published</span>
      </h2>
      <article class="paper" tabindex="0" aria-label="Preview">
        <p class="sm warn" role="status">
          {props.trouble}
        </p>
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
        <Show when={!props.html && !props.trouble}>
          <p class="mute">The text appears here as you write.</p>
        </Show>
      </article>
    </section>
  )
}

/** What stands over a preview that is not of the text as it is now. */
function troubleWith({ problem }: Extract<Sent, { ok: false }>): string {
  const what = problem.errors?.[0]?.message ?? problem.detail ?? problem.title
  if (problem.status === 401)
    return 'No preview: you are not signed in any more. What you wrote stays here.'
  if (problem.status >= 500)
    return 'No preview for now: no answer came. What you wrote stays here. We ask again in a moment.'
  return `No preview of this text: ${what}`
}

const usualPause = 10

/** Asks for the preview of a text once typing rests, newest wins; says so where there is none. */
export function previewOf(text: () => string, first: string) {
  const [html, setHtml] = createSignal(first)
  const [trouble, setTrouble] = createSignal('')
  let asked = 0
  let askedAt = 0
  const ask = async (body: string, again: (seconds: number) => void) => {
    asked += 1
    askedAt = Date.now()
    const mine = asked
    const sent = await send('/api/previews', JSON.stringify({ body }))
    if (mine !== asked) return
    setTrouble(sent.ok ? '' : troubleWith(sent))
    if (sent.ok) setHtml(String((sent.body as { html?: unknown } | null)?.html ?? ''))
    else if (sent.problem.status >= 500 || sent.retryAfter) again(sent.retryAfter ?? usualPause)
  }
  createEffect(
    on(
      text,
      body => {
        const unaskable = tooLong(body, limits.body)
        let timer: ReturnType<typeof setTimeout> | undefined
        const later = (seconds: number) => {
          timer = setTimeout(() => void ask(body, later), seconds * 1000)
        }
        const soonest = Math.max(previewDelay, askedAt + leastBetween - Date.now())
        if (body.trim() !== '' && !unaskable) later(soonest / 1000)
        else {
          // An answer that is still under way is of a text that is gone.
          asked += 1
          setTrouble(unaskable ? `No preview of this text: ${unaskable}` : '')
          if (!unaskable) setHtml('')
        }
        onCleanup(() => {
          clearTimeout(timer)
          timer = undefined
        })
      },
      { defer: true },
    ),
  )
  return { html, trouble }
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
