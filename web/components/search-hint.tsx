// Why a list is not of what was searched for.
import { Show } from 'solid-js'

export function SearchHint(props: { readonly text: string | null }) {
  return (
    <Show when={props.text}>
      {text => (
        <p class="sm warn" role="status">
          {text()} Here is the whole list.
        </p>
      )}
    </Show>
  )
}
