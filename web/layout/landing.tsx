// Where one lands after following a link in place: menus closed, focus on the new page or on the same link.
import { useLocation } from '@solidjs/router'
import { createEffect, on, onCleanup, onMount } from 'solid-js'

function linkTo(href: string | null): HTMLElement | undefined {
  const links = document.querySelectorAll<HTMLElement>('main a')
  return [...links].find(
    link => link.getAttribute('href') === href && link.getClientRects().length > 0,
  )
}

function focusMain(): void {
  const main = document.getElementById('main')
  if (!main) return
  main.tabIndex = -1
  main.focus({ preventScroll: true })
}

export function Landing() {
  const location = useLocation()
  let followed: string | null = null
  let path = location.pathname
  onMount(() => {
    const remember = (event: Event) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null
      followed = link?.getAttribute('href') ?? null
    }
    document.addEventListener('click', remember, { capture: true })
    onCleanup(() => document.removeEventListener('click', remember, { capture: true }))
  })
  createEffect(
    on(
      () => location.pathname + location.search,
      () => {
        for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) {
          menu.open = false
        }
        const samePage = path === location.pathname
        path = location.pathname
        const link = samePage ? linkTo(followed) : undefined
        if (link) link.focus({ preventScroll: true })
        else if (!location.hash) focusMain()
      },
      { defer: true },
    ),
  )
  return null
}
