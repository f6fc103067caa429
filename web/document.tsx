// The HTML document around the site; static, only the site inside `#app` comes alive.
import { sharedConfig } from 'solid-js'
import { Hydration, HydrationScript, NoHydration } from 'solid-js/web'
import { waitingFor } from './api/waiting.ts'
import { App } from './app.tsx'
import type { Page } from './pages/page.ts'
import { type Start, startElement, startOnce, startText } from './pages/start.ts'

/** Where the built files for the browser are, as paths of the site. */
export interface Assets {
  readonly script: string
  readonly styles: readonly string[]
  readonly preload: readonly string[]
  readonly font: string | null
}

interface DocumentProps {
  readonly page: Page<unknown>
  readonly start: Start
  readonly assets: Assets
  readonly nonce: string
  /** Absolute address without the query. */
  readonly canonical: string
}

/** The id under which hydration keys count from here; the browser has to count from the same. */
const hydrationId = () => (sharedConfig.context as { readonly id: string } | undefined)?.id ?? ''

export function Document(props: DocumentProps) {
  const { theme } = props.start
  let renderId = ''
  const drawApp = () => {
    renderId = hydrationId()
    return <App start={startOnce(props.start, props.page)} />
  }
  return (
    <NoHydration>
      <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
          <meta name="color-scheme" content={theme === 'light' ? 'light dark' : 'dark light'} />
          {waitingFor(props.start.loaded.problem) && (
            <meta
              http-equiv="refresh"
              content={String(waitingFor(props.start.loaded.problem)?.seconds)}
            />
          )}
          <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
          <link rel="canonical" href={props.canonical} />
          {props.assets.font && (
            <link
              rel="preload"
              href={props.assets.font}
              as="font"
              type="font/woff2"
              crossorigin="anonymous"
            />
          )}
          {props.assets.styles.map(href => (
            <link rel="stylesheet" href={href} />
          ))}
          {props.assets.preload.map(href => (
            <link rel="modulepreload" href={href} />
          ))}
          <HydrationScript />
        </head>
        <body>
          <div id="app">
            <Hydration>{drawApp()}</Hydration>
          </div>
          <script
            type="application/json"
            id={startElement}
            data-render-id={renderId}
            nonce={props.nonce}
            innerHTML={startText(props.start)}
          />
          <script type="module" nonce={props.nonce} src={props.assets.script} />
        </body>
      </html>
    </NoHydration>
  )
}
