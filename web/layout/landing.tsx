// Where one lands after following a link in place: menus closed, focus on the new page or on the same link.
// Links to what is no page (a file, the API, an address of nothing) are left to the browser.
import { useLocation } from '@solidjs/router'
import { createEffect, on, onCleanup, onMount } from 'solid-js'
import { isPage } from '../pages/pages.ts'

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
      // The router, which would take every link of this origin, listens behind us.
      if (link && !isPage(link.pathname)) event.stopPropagation()
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
