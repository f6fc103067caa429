// What a page of the site is: an address, what it reads, and how it looks.
import type { Component } from 'solid-js'
import type { Answer, Ask } from '../api/ask.ts'
import type { Problem } from '../api/problem.ts'

/** Which entry of the navigation a page belongs to. */
export type Place = 'talk' | 'market' | 'write' | 'more' | 'none'

/** What is known of a page before its code is there. */
export interface PageEntry {
  /** `/posts/:slug`; `*` matches everything. */
  readonly path: string
  readonly place: Place
  /** Whether the rates run under the header. */
  readonly tape: boolean
  /** The page's file, as the build's manifest names it. */
  readonly file: string
  readonly open: () => Promise<Page<unknown>>
}

export interface PageArgs {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

/** What a page was read as: its data, or the problem that stands in its place. */
export interface Loaded<T> {
  readonly status: number
  /** The position of the log that the data reflects, decimal. */
  readonly position: string | null
  readonly data: T | null
  readonly problem: Problem | null
}

/** A form of this page that was refused, and what was typed into it. */
export interface Refused {
  readonly values: Readonly<Record<string, string>>
  readonly problem: Problem
}

export interface ViewProps<T> {
  readonly data: T
  readonly args: PageArgs
  readonly refused: Refused | null
  /** A fresh idempotency key for the page's form. */
  readonly formKey: string
  /** Reads the page again. */
  readonly reload: () => void
}

/** A page's code: fetched only once it is wanted. */
export interface Page<T> {
  readonly load: (ask: Ask, args: PageArgs) => Promise<Loaded<T>>
  readonly View: Component<ViewProps<T>>
}

/** A page that was read. */
export function found<T>(data: T, position: string | null = null, status = 200): Loaded<T> {
  return { status, position, data, problem: null }
}

/** A page that a problem stands for. */
export function failed<T>(problem: Problem): Loaded<T> {
  return { status: problem.status, position: null, data: null, problem }
}

/** A page from its one main answer. */
export function loadedFrom<A, T>(answer: Answer<A>, shape: (value: A) => T): Loaded<T> {
  return answer.ok ? found(shape(answer.value), answer.position) : failed(answer.problem)
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** The params of `path` in `pathname`, or `null` when it is another page's. */
export function matchPath(path: string, pathname: string): Readonly<Record<string, string>> | null {
  if (path === '*') return {}
  const wanted = path.split('/')
  const given = pathname.replace(/([^/])\/$/, '$1').split('/')
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? ''
    if (!part.startsWith(':')) {
      if (part !== text) return null
      continue
    }
    const value = decoded(text)
    if (!value) return null
    params[part.slice(1)] = value
  }
  return params
}

/** A page among pages of all kinds: its data is known to its own `load` and `View` only. */
export function definePage<T>(page: Page<T>): Page<unknown> {
  return page as unknown as Page<unknown>
}
