// Which page the address belongs to.
import { useLocation } from '@solidjs/router'
import type { Place } from '../pages/page.ts'
import { pageAt } from '../pages/pages.ts'

/** The page of the current address. */
export function useCurrentPage() {
  const location = useLocation()
  return () => pageAt(location.pathname)
}

/** `aria-current` of a navigation entry: the page itself, a page below it, or neither. */
export function useAriaCurrent() {
  const location = useLocation()
  const page = useCurrentPage()
  return (place: Place, href: string) =>
    location.pathname === href ? 'page' : page().place === place ? 'true' : undefined
}
