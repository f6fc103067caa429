// Tells when a process that answered before has stopped answering.

export interface LivenessOptions {
  /** Asks the process; false when it was silent for so long. */
  readonly reacts: (withinMs: number) => Promise<boolean>
  /** Whether it is known to have worked, also where nobody asked it here. */
  readonly hasWorked?: () => boolean
  /** A process that is silent for this long hangs. */
  readonly silentMs: number
  /** Ends the watch. */
  readonly signal: AbortSignal
  /** Milliseconds that only ever go on, however the clock is set. */
  readonly now?: () => number
}

/** So often in a row, so that one slow moment is not taken for a standstill. */
const MISSES = 3
/** A timer of ours that fires later than this tells of a machine that slept or is overloaded: not of the process. */
const LATE_MS = 1_000

/**
 * Resolves with true when the process hangs, with false when the watch is ended. Silence counts from its first answer
 * on, for before that it may be opening what is large, and only while our own timers come in time.
 */
export async function hangs(options: LivenessOptions): Promise<boolean> {
  const { reacts, silentMs, signal, hasWorked, now = () => performance.now() } = options
  const everyMs = silentMs / MISSES
  let everAnswered = false
  let missed = 0
  while (!signal.aborted) {
    const askedAt = now()
    const answered = await reacts(everyMs)
    await pause(askedAt + everyMs - now(), signal)
    if (signal.aborted) break
    const late = now() - askedAt > everyMs + LATE_MS
    everAnswered ||= answered || hasWorked?.() === true
    missed = answered || late || !everAnswered ? 0 : missed + 1
    if (missed >= MISSES) return true
  }
  return false
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.max(0, ms))
    signal.addEventListener('abort', done)
  })
}
