// Reads a page and shows it, or the problem in its place, with the footer that says what it was drawn from.
import { useLocation } from '@solidjs/router'
import { createResource, Show, untrack } from 'solid-js'
import { isServer } from 'solid-js/web'
import { askOnceWith, fetchHere } from '../api/ask.ts'
import { freshKey } from '../forms/idempotency.ts'
import { Footer } from '../layout/footer.tsx'
import { type Loaded, matchPath, type Page, type PageArgs } from './page.ts'
import { ProblemView } from './problem-view.tsx'
import { takeFirst, useStart } from './start.ts'

function Shown<T>(props: {
  readonly page: Page<T>
  readonly loaded: Loaded<T>
  readonly args: PageArgs
  readonly first: ReturnType<typeof takeFirst>
  readonly reload: () => void
}) {
  const { page, loaded, first } = props
  return (
    <>
      <Show
        when={loaded.data}
        keyed
        fallback={<ProblemView problem={loaded.problem} reload={props.reload} />}
      >
        {data => (
          <page.View
            data={data}
            args={props.args}
            refused={first?.refused ?? null}
            formKey={first?.idempotencyKey ?? freshKey()}
            reload={props.reload}
          />
        )}
      </Show>
      <Footer position={loaded.position} at={isServer || first ? useStart().now : Date.now()} />
    </>
  )
}

export function PageFrame<T>(props: { readonly page: Page<T> }) {
  const { page } = props
  const location = useLocation()
  let first = takeFirst()
  const address = () =>
    matchPath(page.path, location.pathname) ? location.pathname + location.search : false
  const args = (): PageArgs => ({
    params: matchPath(page.path, location.pathname) ?? {},
    query: new URLSearchParams(location.search),
  })
  const [loaded, { refetch }] = createResource(
    address,
    () => page.load(askOnceWith(fetchHere), args()),
    first ? { initialValue: first.loaded as Loaded<T>, ssrLoadFrom: 'initial' as const } : {},
  )
  return (
    <Show when={loaded()} keyed>
      {current => {
        const taken = first
        first = null
        return (
          <Shown
            page={page}
            loaded={current}
            args={untrack(args)}
            first={taken}
            reload={() => void refetch()}
          />
        )
      }}
    </Show>
  )
}
