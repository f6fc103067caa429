// Repeats a task while the page can be seen.
import { onCleanup, onMount } from 'solid-js'

/**
 * Runs `task` each `seconds` from when the component is shown until it goes. Hidden tabs rest; one that comes
 * back after longer than an interval runs at once. Runs never overlap.
 */
export function every(seconds: number, task: () => Promise<void> | void): void {
  onMount(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = Date.now()
    let busy = false
    const schedule = () => {
      clearTimeout(timer)
      if (document.hidden) return
      timer = setTimeout(run, Math.max(0, last + seconds * 1000 - Date.now()))
    }
    const run = async () => {
      if (busy) return
      busy = true
      try {
        await task()
      } finally {
        busy = false
        last = Date.now()
        schedule()
      }
    }
    document.addEventListener('visibilitychange', schedule)
    schedule()
    onCleanup(() => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', schedule)
      timer = undefined
      busy = true
    })
  })
}
