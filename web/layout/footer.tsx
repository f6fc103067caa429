// The foot of each page, with the folio: which state of the log the page was drawn from.
import { Show } from 'solid-js'
import { isGuest } from '../pages/start.ts'
import { position } from '../text/numbers.ts'
import { clockWithSeconds } from '../text/times.ts'
import { ThemeForm } from './theme-form.tsx'

export function Footer(props: { readonly position: string | null; readonly at: number }) {
  return (
    <footer class="foot">
      <div class="wrap">
        <a href="/posts">All posts</a>
        <a href="/market">Market</a>
        <a href="/docs">Developers</a>
        <Show when={isGuest()}>
          <a href="/sign-up">Create account</a>
        </Show>
        <ThemeForm />
        <Show when={props.position}>
          {at => (
            <span class="push folio" title="The state of the log this page was drawn from">
              Folio {position(at())} at {clockWithSeconds(new Date(props.at))} UTC
            </span>
          )}
        </Show>
      </div>
    </footer>
  )
}
