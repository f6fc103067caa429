// Sends a form's content as JSON and says how it went.
import { type Problem, problemOf, unreachable } from '../api/problem.ts'

export type Sent =
  | { readonly ok: true; readonly body: unknown; readonly location: string | null }
  | {
      readonly ok: false
      readonly problem: Problem
      /** Seconds after which it may be tried again, where the answer names them. */
      readonly retryAfter: number | null
    }

const timeoutMilliseconds = 20_000

/**
 * Posts JSON to a path of the command API; with a key a retry can't write twice, and with the id of its
 * writer it is refused when somebody else is signed in by now. Never rejects.
 */
export async function send(
  path: string,
  content: string,
  key?: string,
  writtenBy?: string,
): Promise<Sent> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(key ? { 'idempotency-key': key } : {}),
        ...(writtenBy ? { 'cryptotalks-written-by': writtenBy } : {}),
      },
      body: content,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
    if (!response.ok) {
      const retryAfter = Number(response.headers.get('retry-after')) || null
      return { ok: false, problem: await problemOf(response), retryAfter }
    }
    const body: unknown = await response.json().catch(() => null)
    return { ok: true, body, location: response.headers.get('location') }
  } catch {
    return { ok: false, problem: unreachable(), retryAfter: null }
  }
}
