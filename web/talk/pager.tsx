// From one page of a list to the next; the cursor is in the address.
import { Show } from 'solid-js'
import { Icon } from '../components/icon.tsx'
import { count } from '../text/numbers.ts'

interface PagerProps {
  readonly from: number
  readonly shown: number
  /** "newest first" */
  readonly order: string
  readonly firstHref: string | null
  readonly nextHref: string | null
  /** "Older", "More". */
  readonly nextName: string
  readonly firstName: string
}

export function Pager(props: PagerProps) {
  return (
    <nav class="pager" aria-label="Pages">
      <Show when={props.firstHref}>
        {href => (
          <a class="btn" href={href()} rel="first">
            <Icon name="chevron-left" />
            {props.firstName}
          </a>
        )}
      </Show>
      <span>
        {count(props.from)} to {count(props.from + props.shown - 1)}, {props.order}
      </span>
      <Show when={props.nextHref}>
        {href => (
          <a class="btn" href={href()} rel="next">
            {props.nextName}
            <Icon name="chevron-right" />
          </a>
        )}
      </Show>
    </nav>
  )
}
