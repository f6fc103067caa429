// The whole site below `<body>`: header, rates, the page of the address, footer, dock.
import { MetaProvider } from '@solidjs/meta'
import { Route, Router, useNavigate } from '@solidjs/router'
import { onMount, Show, Suspense } from 'solid-js'
import { Dock } from './layout/dock.tsx'
import { Header } from './layout/header.tsx'
import { Landing } from './layout/landing.tsx'
import { useCurrentPage } from './layout/place.ts'
import { Tape } from './layout/tape.tsx'
import { Clock } from './live/now.tsx'
import { PageFrame } from './pages/page-frame.tsx'
import { StartContext, type StartOnce } from './pages/start.ts'

/**
 * The page of the address. The router, which matches without case and drops empty segments, is never asked which one
 * it is: where two matchers disagree, nothing would be shown.
 */
function CurrentPage() {
  const page = useCurrentPage()
  return (
    <Show when={page()} keyed>
      {entry => <PageFrame entry={entry} />}
    </Show>
  )
}

/** The keys of the site, which no page waits for: without them there is a link for everything. */
function Keys() {
  const navigate = useNavigate()
  onMount(() => {
    import('./keyboard/site-keys.ts').then(
      ({ listenToKeys }) => listenToKeys(path => navigate(path)),
      () => {},
    )
  })
  return null
}

export function App(props: { readonly start: StartOnce }) {
  return (
    <StartContext.Provider value={props.start}>
      <MetaProvider>
        <Clock>
          <Router
            url={props.start.start.address}
            scrollRestoration
            preload={false}
            root={() => (
              <>
                <a class="skip" href="#main">
                  Skip to content
                </a>
                <Header />
                <Tape />
                <Suspense>
                  <CurrentPage />
                </Suspense>
                <Dock />
                <Landing />
                <Keys />
              </>
            )}
          >
            <Route path="*" />
          </Router>
        </Clock>
      </MetaProvider>
    </StartContext.Provider>
  )
}
