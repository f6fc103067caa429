// Asks the query API and says how it went; the same face on the server and in the browser.
import { type Problem, problemOf, unreachable } from './problem.ts'

export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly position: string | null }
  | { readonly ok: false; readonly problem: Problem }

/** Fetches a path of the query API (it begins with `/api/`). Never rejects. */
export type Ask = <T>(path: string) => Promise<Answer<T>>

export type FetchPath = (path: string) => Promise<Response>

async function answer<T>(fetchPath: FetchPath, path: string): Promise<Answer<T>> {
  try {
    const response = await fetchPath(path)
    if (!response.ok) return { ok: false, problem: await problemOf(response) }
    const value = (await response.json()) as T
    return { ok: true, value, position: response.headers.get('cryptotalks-position') }
  } catch {
    return { ok: false, problem: unreachable() }
  }
}

/** An {@link Ask} over any way to fetch. */
export function askWith(fetchPath: FetchPath): Ask {
  return path => answer(fetchPath, path)
}

/** An {@link Ask} that fetches each path once: a page's parts share what they read. */
export function askOnceWith(fetchPath: FetchPath): Ask {
  const answers = new Map<string, Promise<Answer<unknown>>>()
  return <T>(path: string) => {
    const known = answers.get(path)
    if (known) return known as Promise<Answer<T>>
    const asked = answer<T>(fetchPath, path)
    answers.set(path, asked)
    return asked
  }
}

/** Fetches from this origin, in the browser. */
export const fetchHere: FetchPath = path =>
  fetch(path, { headers: { accept: 'application/json' }, credentials: 'same-origin' })

/** The browser's {@link Ask}. */
export const askHere: Ask = askWith(fetchHere)

/** `path?a=1` from a path and the entries that have a value. */
export function withQuery(
  path: string,
  entries: Readonly<Record<string, string | number | null | undefined>>,
): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(entries)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value))
  }
  const text = query.toString()
  return text ? `${path}?${text}` : path
}
