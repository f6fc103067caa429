// The contract between the site and the two APIs that answer with its pages.
import type { Problem } from './problem.ts'

/** The colours the visitor chose; `system` leaves it to the browser. */
export type Theme = 'dark' | 'light' | 'system'

/** What a page is drawn from. */
export interface PageRequest {
  /** Absolute, as the browser sees it. */
  readonly url: string
  /** The content security policy's nonce, for every inline script. */
  readonly nonce: string
  readonly theme: Theme
  readonly now: Date
  /** A fresh random value for the forms of this page. */
  readonly idempotencyKey: string
  /** Asks the query API with the visitor's cookies; `path` begins with `/api/`. */
  readonly api: (path: string) => Promise<Response>
  /** A form of this page was refused: show it again with what was typed (never a password). */
  readonly refused?: {
    readonly values: Readonly<Record<string, string>>
    readonly problem: Problem
  }
}

/** A whole HTML document with its status and headers. */
export interface RenderedPage {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
}

/** The default face of the site's server bundle. */
export type RenderPage = (request: PageRequest) => Promise<RenderedPage>
