// Bounded retries with jitter for calls whose failure may pass.

/** Waits before attempt 1, 2, 3 …: doubling from `first`, at most `most`, each shortened by a random part of a half. */
export function backoffMilliseconds(
  attempt: number,
  random: () => number = Math.random,
  first = 20,
  most = 1_000,
): number {
  const full = Math.min(most, first * 2 ** (attempt - 1))
  return full * (1 - random() / 2)
}

/** Resolves after that long, or rejects with the signal's reason when aborted before. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const aborted = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', aborted, { once: true })
  })
}
