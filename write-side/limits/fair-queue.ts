// A bound on heavy work that is fair: each address has a line of its own, and the lines take turns.

/** Runs work when its turn comes; gives undefined, without running it, when too much waits. */
export type InTurn = <Result>(
  key: string,
  work: () => Promise<Result>,
) => Promise<Result | undefined>

export interface QueueBounds {
  readonly atOnce: number
  readonly mostWaiting: number
}

type Called = (turn: 'now' | 'never') => void

/**
 * So much runs at once and so much waits. When more comes, whoever has most waiting loses the newest of it: one who asks
 * for much can't keep out one who asks for little.
 */
export function fairQueue({ atOnce, mostWaiting }: QueueBounds): InTurn {
  // The first line in this map is the next to be called.
  const lines = new Map<string, Called[]>()
  let waiting = 0
  let running = 0

  const callNext = (): boolean => {
    for (const [key, line] of lines) {
      const called = line.shift()
      lines.delete(key)
      if (line.length > 0) lines.set(key, line)
      waiting -= 1
      called?.('now')
      return true
    }
    return false
  }

  /** Makes room for one more of `key`; false when it is this key that has most waiting. */
  const makeRoom = (key: string): boolean => {
    if (waiting < mostWaiting) return true
    let longest = key
    for (const [other, line] of lines)
      if (line.length > (lines.get(longest)?.length ?? 0) + (longest === key ? 1 : 0))
        longest = other
    if (longest === key) return false
    const line = lines.get(longest) ?? []
    const last = line.pop()
    if (line.length === 0) lines.delete(longest)
    waiting -= 1
    last?.('never')
    return true
  }

  const turnOf = (key: string) =>
    new Promise<'now' | 'never'>(called => {
      const line = lines.get(key)
      if (line === undefined) lines.set(key, [called])
      else line.push(called)
      waiting += 1
    })

  return async (key, work) => {
    if (running < atOnce) running += 1
    else if (!makeRoom(key) || (await turnOf(key)) === 'never') return undefined
    try {
      return await work()
    } finally {
      // Whoever ends hands its place over, so that nobody who comes in between can take it.
      if (!callNext()) running -= 1
    }
  }
}
