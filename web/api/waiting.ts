// What is only a matter of moments: read models that are behind what somebody wrote, or that are being made anew.
import type { Problem } from './problem.ts'

/** A problem that goes by itself. */
export interface Waiting {
  readonly title: string
  readonly text: string
  /** After which the page is asked for again. */
  readonly seconds: number
  /** 0 to 1, where it is known. */
  readonly progress?: number
}

/** What to say while a problem goes by itself; nothing of any other problem. */
export function waitingFor(problem: Problem | null): Waiting | null {
  if (problem?.code === 'read-model-behind') {
    return {
      title: 'It is safely written and shows in a moment',
      text: 'What you did is kept; the pages are a little behind. This page loads again by itself.',
      seconds: 2,
    }
  }
  if (problem?.code === 'read-model-rebuilding') {
    const { progress = 0 } = problem as { readonly progress?: number }
    return {
      title: 'This is being read from the log anew',
      text: `Nothing is lost: ${Math.floor(progress * 100)}% is done, and it shows as soon as all of it is. This page loads again by itself.`,
      seconds: 5,
      progress,
    }
  }
  return null
}
