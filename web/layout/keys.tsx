// The keys of the site, never in a field: / search, g t Talk, g m Market, w write.
import { useNavigate } from '@solidjs/router'
import { onCleanup, onMount } from 'solid-js'

const pairMilliseconds = 1000

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')

function focusSearch(): boolean {
  const field = [...document.querySelectorAll<HTMLElement>('input[type=search]')].find(
    input => input.offsetParent !== null,
  )
  field?.focus()
  return field !== undefined
}

export function Keys() {
  const navigate = useNavigate()
  onMount(() => {
    let pairSince = Number.NEGATIVE_INFINITY
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return
      const paired = event.timeStamp - pairSince < pairMilliseconds
      pairSince = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      const to = paired ? { t: '/', m: '/market' }[event.key] : { w: '/posts/new' }[event.key]
      if (to) navigate(to)
      else if (event.key === '/' && focusSearch()) event.preventDefault()
    }
    document.addEventListener('keydown', press)
    onCleanup(() => document.removeEventListener('keydown', press))
  })
  return null
}
