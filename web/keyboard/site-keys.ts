// The keys of the site, never in a field: / search, g t Talk, g m Market, w write.
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

/** Listens from now on; `navigate` follows a path in place. */
export function listenToKeys(navigate: (path: string) => void): void {
  let pairSince = Number.NEGATIVE_INFINITY
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return
    const paired = event.timeStamp - pairSince < pairMilliseconds
    pairSince = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
    const to = paired ? { t: '/', m: '/market' }[event.key] : { w: '/posts/new' }[event.key]
    if (to) navigate(to)
    else if (event.key === '/' && focusSearch()) event.preventDefault()
  })
}
