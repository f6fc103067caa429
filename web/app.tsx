// The whole site below `<body>`: header, rates, the page of the address, footer, dock.
import { MetaProvider } from '@solidjs/meta'
import { type RouteDefinition, Router } from '@solidjs/router'
import { Suspense } from 'solid-js'
import { Dock } from './layout/dock.tsx'
import { Header } from './layout/header.tsx'
import { Keys } from './layout/keys.tsx'
import { Landing } from './layout/landing.tsx'
import { Tape } from './layout/tape.tsx'
import { Clock } from './live/now.tsx'
import { PageFrame } from './pages/page-frame.tsx'
import { pages } from './pages/pages.ts'
import { StartContext, type StartOnce } from './pages/start.ts'

const routes: RouteDefinition[] = pages.map(entry => ({
  path: entry.path,
  component: () => <PageFrame entry={entry} />,
}))

export function App(props: { readonly start: StartOnce }) {
  return (
    <StartContext.Provider value={props.start}>
      <MetaProvider>
        <Clock>
          <Router
            url={props.start.start.address}
            scrollRestoration
            preload={false}
            root={root => (
              <>
                <a class="skip" href="#main">
                  Skip to content
                </a>
                <Header />
                <Tape />
                <Suspense>{root.children}</Suspense>
                <Dock />
                <Landing />
                <Keys />
              </>
            )}
          >
            {routes}
          </Router>
        </Clock>
      </MetaProvider>
    </StartContext.Provider>
  )
}
