// A bound on heavy work: so much at once, so much waiting, and the rest is turned away at once.

/** Runs work when its turn comes; gives undefined, without running it, when too much waits already. */
export type Bounded = <T>(work: () => Promise<T>) => Promise<T | undefined>

export function bounded(atOnce: number, mostWaiting: number): Bounded {
  const waiting: (() => void)[] = []
  let running = 0
  return async work => {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting) return undefined
      // Whoever ends hands its place over, so that nobody who comes in between can take it.
      await new Promise<void>(resolve => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
