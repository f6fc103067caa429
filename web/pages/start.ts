// What the server drew the first page from, handed on to the browser so that both draw the same.

import type { Theme } from '@cryptotalks/shared-kernel/http/page-renderer'
import { createContext, useContext } from 'solid-js'
import type { Visitor } from '../api/types.ts'
import type { Quote } from '../market/quote.ts'
import type { Loaded, Page, Refused } from './page.ts'

export interface Start {
  /** Path and query of the page. */
  readonly address: string
  /** Milliseconds. */
  readonly now: number
  readonly theme: Theme
  readonly idempotencyKey: string
  readonly refused: Refused | null
  readonly visitor: Visitor | null
  /** Who it is can't be told at the moment: neither a guest nor a member. */
  readonly visitorUnknown: boolean
  /** The page does not show yet what its visitor has just written. */
  readonly behind: boolean
  readonly tape: readonly Quote[]
  readonly loaded: Loaded<unknown>
}

/** A page's code with what it read. */
export interface Opened {
  readonly page: Page<unknown>
  readonly loaded: Loaded<unknown>
}

/** What belongs to the first page only. */
export interface First extends Pick<Start, 'refused' | 'idempotencyKey'> {
  readonly opened: Opened
}

export interface StartOnce {
  readonly start: Start
  /** The first page; `null` from the second call on. */
  readonly takeFirst: () => First | null
}

/** A start whose first page can be taken once. */
export function startOnce(start: Start, page: Page<unknown>): StartOnce {
  const { refused, idempotencyKey, loaded } = start
  let first: First | null = { refused, idempotencyKey, opened: { page, loaded } }
  return {
    start,
    takeFirst() {
      const taken = first
      first = null
      return taken
    },
  }
}

export const StartContext = createContext<StartOnce>()

function startContext(): StartOnce {
  const value = useContext(StartContext)
  if (!value) throw new Error('The start of the page is missing: render inside <App>.')
  return value
}

/** The start of this visit. */
export const useStart = (): Start => startContext().start

/** Whether this visit is known to be a guest's. */
export function isGuest(): boolean {
  const { visitor, visitorUnknown } = useStart()
  return !visitor && !visitorUnknown
}

/** See {@link StartOnce.takeFirst}. */
export const takeFirst = () => startContext().takeFirst()

export const startElement = 'start'

/** The start as text that is safe inside a script element. */
export function startText(start: Start): string {
  return JSON.stringify(start).replace(/</g, '\\u003c')
}
