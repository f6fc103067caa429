// Tells whoever waits that something has changed, without saying what.

export interface Bell {
  readonly ring: () => void
  /** Resolves at the next ring (true) or after that long (false); rejects with the signal's reason when it aborts. */
  readonly next: (signal: AbortSignal, withinMilliseconds?: number) => Promise<boolean>
}

export function createBell(): Bell {
  const waiting = new Set<() => void>()
  return {
    ring: () => {
      for (const wake of [...waiting]) wake()
    },
    next: (signal, withinMilliseconds) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const settle = (finish: () => void) => () => {
          waiting.delete(rung)
          clearTimeout(timer)
          signal.removeEventListener('abort', aborted)
          finish()
        }
        const rung = settle(() => resolve(true))
        const aborted = settle(() => reject(signal.reason))
        const timer =
          withinMilliseconds === undefined
            ? undefined
            : setTimeout(
                settle(() => resolve(false)),
                withinMilliseconds,
              )
        waiting.add(rung)
        signal.addEventListener('abort', aborted)
      }),
  }
}
