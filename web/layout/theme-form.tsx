// The choice of dark, light, or as the system has it; a form post, so that no page ever flashes.
import { useLocation } from '@solidjs/router'
import { For } from 'solid-js'
import { useStart } from '../pages/start.ts'

const choices = [
  ['dark', 'Dark'],
  ['light', 'Light'],
  ['system', 'As my system'],
] as const

export function ThemeForm() {
  const { theme } = useStart()
  const location = useLocation()
  return (
    <form class="seg" method="post" action="/theme" aria-label="Theme">
      <input type="hidden" name="back" value={location.pathname + location.search} />
      <For each={choices}>
        {([value, name]) => (
          <button type="submit" name="theme" value={value} aria-pressed={theme === value}>
            {name}
          </button>
        )}
      </For>
    </form>
  )
}
