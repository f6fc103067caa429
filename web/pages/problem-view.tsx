// The page that stands where another can't: what happened, what it means, one way on.
import { useLocation } from '@solidjs/router'
import { onCleanup, onMount, Show } from 'solid-js'
import { type Problem, unreachable } from '../api/problem.ts'
import { waitingFor } from '../api/waiting.ts'
import { PageTitle } from './page-title.tsx'

const words = {
  missing: {
    title: 'Nothing is filed under this address',
    text: 'It may have moved, or the link lost a letter.',
  },
  away: {
    title: 'This part of the site is resting',
    text: 'The rest goes on. Nothing you wrote was lost.',
  },
  fault: { title: 'That was our fault', text: 'Nothing you wrote was lost.' },
}

function wordsFor(problem: Problem): { readonly title: string; readonly text: string } {
  const waiting = waitingFor(problem)
  if (waiting) return waiting
  if (problem.status === 404) return words.missing
  if (problem.status === 503) return words.away
  if (problem.status >= 500) return words.fault
  const errors = problem.errors?.map(({ message }) => message).join(' ')
  return {
    title: problem.title,
    text: errors || problem.detail || 'The address asks for something unknown.',
  }
}

export function ProblemView(props: {
  readonly problem: Problem | null
  readonly reload?: () => void
  /** Whether it loads again by itself: a page that the browser has just opened does so without scripts, too. */
  readonly again?: boolean
}) {
  const location = useLocation()
  const problem = () => props.problem ?? unreachable(500)
  const waiting = () => waitingFor(props.problem)
  onMount(() => {
    const { reload, again } = props
    const seconds = waiting()?.seconds
    if (!reload || !again || !seconds) return
    const timer = setTimeout(reload, seconds * 1000)
    onCleanup(() => clearTimeout(timer))
  })
  const here = () => location.pathname + location.search
  return (
    <main id="main" class="wrap one">
      <PageTitle title={wordsFor(problem()).title} />
      <div class="stack away">
        <Show when={!waiting()}>
          <p class="big n">{problem().status}</p>
        </Show>
        <h1>{wordsFor(problem()).title}</h1>
        <p class="dim">
          {wordsFor(problem()).text}
          <Show when={!waiting() && problem().status >= 500 && problem().instance}>
            {id => (
              <>
                {' '}
                If you tell us, quote <b class="n">{id()}</b>.
              </>
            )}
          </Show>
        </p>
        <Show when={waiting()?.progress !== undefined}>
          <progress value={waiting()?.progress} aria-label="Read from the log" />
        </Show>
        <p>
          <Show
            when={problem().status >= 500}
            fallback={<a href="/posts">Look through all posts</a>}
          >
            <a
              class="btn"
              href={here()}
              onClick={event => {
                if (!props.reload) return
                event.preventDefault()
                props.reload()
              }}
            >
              Try again
            </a>
          </Show>
        </p>
      </div>
    </main>
  )
}
