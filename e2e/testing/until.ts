// Waits for something that can be asked, never for time to pass.
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Asks until there is an answer other than undefined, which it gives. A question that fails is asked again. Rejects after
 * the time-out, with the last failure as its cause.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutSeconds = 60,
): Promise<T> {
  const deadline = performance.now() + timeoutSeconds * 1_000
  for (;;) {
    let cause: unknown
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      cause = error
    }
    if (performance.now() > deadline)
      throw new Error(`Still not so after ${timeoutSeconds} s: ${what}`, { cause })
    await pause(50)
  }
}
