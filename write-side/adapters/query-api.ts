// Asks the read side for what a page shows beside a refused form. The form must come back even when it is away.

import { edgeProblems, problemFrom } from '@cryptotalks/shared-kernel/http/edge-problems'
import type { AskApi } from '@cryptotalks/shared-kernel/http/pages'
import { askOverHttp } from '@cryptotalks/shared-kernel/http/pages'

// What stands around a form is not worth a longer wait for the form.
const patienceMilliseconds = 1_500

const unavailable = (): Response =>
  Response.json(problemFrom('unavailable', edgeProblems.unavailable), {
    status: 503,
    headers: { 'Content-Type': 'application/problem+json' },
  })

/** Answers of the query API at `baseUrl`; 503 when it fails or takes too long. Never rejects. */
export function askReadSide(baseUrl: string): AskApi {
  const ask = askOverHttp(baseUrl)
  return async (path, ctx) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Response>(resolve => {
      timer = setTimeout(() => resolve(unavailable()), patienceMilliseconds)
    })
    try {
      return await Promise.race([ask(path, ctx).catch(unavailable), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
