// Opens and reads a page and shows it, or the problem in its place, above the footer that says what it was drawn from.
import { useLocation } from '@solidjs/router'
import { createResource, Show, untrack } from 'solid-js'
import { isServer } from 'solid-js/web'
import { askOnceWith, fetchHere } from '../api/ask.ts'
import { Icon } from '../components/icon.tsx'
import { freshKey } from '../forms/idempotency.ts'
import { Footer } from '../layout/footer.tsx'
import { matchPath, type PageArgs, type PageEntry } from './page.ts'
import { ProblemView } from './problem-view.tsx'
import { type First, type Opened, takeFirst, useStart } from './start.ts'

interface ShownProps {
  readonly opened: Opened
  readonly args: PageArgs
  readonly first: First | null
  readonly reload: () => void
}

function Shown(props: ShownProps) {
  const { opened, first } = props
  const { page, loaded } = opened
  return (
    <>
      <Show when={first && loaded.data && useStart().behind}>
        <Behind />
      </Show>
      <Show
        when={loaded.data}
        keyed
        fallback={
          <ProblemView problem={loaded.problem} reload={props.reload} again={first === null} />
        }
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

/** Said above a list that does not show yet what its reader has just written. */
function Behind() {
  return (
    <div class="wrap past-bar" role="status">
      <div class="note hm">
        <Icon name="info" />
        <div>
          <p>
            What you have just written is safe, and shows here in a moment.{' '}
            <a href={useStart().address} rel="external">
              Load the page again
            </a>
          </p>
        </div>
      </div>
    </div>
  )
}

export function PageFrame(props: { readonly entry: PageEntry }) {
  const { entry } = props
  const location = useLocation()
  let first = takeFirst()
  const address = () =>
    matchPath(entry.path, location.pathname) ? location.pathname + location.search : false
  const args = (): PageArgs => ({
    params: matchPath(entry.path, location.pathname) ?? {},
    query: new URLSearchParams(location.search),
  })
  const open = async (): Promise<Opened> => {
    const wanted = args()
    const page = await entry.open()
    return { page, loaded: await page.load(askOnceWith(fetchHere), wanted) }
  }
  const [opened, { refetch }] = createResource(
    address,
    open,
    first ? { initialValue: first.opened, ssrLoadFrom: 'initial' as const } : {},
  )
  return (
    <Show when={opened()} keyed>
      {current => {
        const taken = first
        first = null
        return (
          <Shown
            opened={current}
            args={untrack(args)}
            first={taken}
            reload={() => void refetch()}
          />
        )
      }}
    </Show>
  )
}
