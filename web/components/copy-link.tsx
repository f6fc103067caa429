// A button that copies the page's address; it exists only once a script can answer it.
import { createSignal, onMount, Show } from 'solid-js'
import { Icon } from './icon.tsx'

export function CopyLink() {
  const [ready, setReady] = createSignal(false)
  const [copied, setCopied] = createSignal(false)
  onMount(() => setReady('clipboard' in navigator))
  const copy = async () => {
    await navigator.clipboard.writeText(location.origin + location.pathname)
    setCopied(true)
  }
  return (
    <p class="row-x tall">
      <Show when={ready()}>
        <button class="btn quiet" type="button" onClick={copy}>
          <Icon name={copied() ? 'check' : 'link'} />
          {copied() ? 'Link copied' : 'Copy link'}
        </button>
      </Show>
    </p>
  )
}
