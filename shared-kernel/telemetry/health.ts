// Whether a process lives and is ready to work, as supervisors and balancers ask it.

/**
 * Resolves when what it looks at can be used (with a text: a detail for operators), rejects when it can not.
 * Heeds the signal, which aborts at the time-out.
 */
export type ReadinessCheck = (signal: AbortSignal) => Promise<unknown>

export interface CheckResult {
  readonly ok: boolean
  readonly detail?: string
}

export interface Readiness {
  readonly status: 'ready' | 'not-ready'
  readonly checks: Readonly<Record<string, CheckResult>>
}

// A probe that waits longer than its asker tells nobody anything; supervisors ask every second or two.
const defaultTimeoutMilliseconds = 1_500
const longestDetail = 200

/** Runs all checks at the same time, each within the time-out; one that fails or hangs makes the process not ready. */
export async function readinessOf(
  checks: Readonly<Record<string, ReadinessCheck>>,
  timeoutMilliseconds = defaultTimeoutMilliseconds,
): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(
      async ([name, check]) => [name, await resultOf(check, timeoutMilliseconds)] as const,
    ),
  )
  const ready = results.every(([, result]) => result.ok)
  return { status: ready ? 'ready' : 'not-ready', checks: Object.fromEntries(results) }
}

async function resultOf(check: ReadinessCheck, timeoutMilliseconds: number): Promise<CheckResult> {
  const overdue = new AbortController()
  const timer = setTimeout(() => {
    overdue.abort(new Error(`no answer within ${timeoutMilliseconds} ms`))
  }, timeoutMilliseconds)
  try {
    const detail = await Promise.race([check(overdue.signal), abortOf(overdue.signal)])
    return typeof detail === 'string' ? { ok: true, detail } : { ok: true }
  } catch (error) {
    const detail = error instanceof Error ? error.message || error.name : String(error)
    return { ok: false, detail: detail.slice(0, longestDetail) }
  } finally {
    clearTimeout(timer)
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
