// Which tab a draft belongs to: whoever holds its lock. A tab that is closed, or has crashed, holds none any more.

export type Release = () => void

/** A page that is being replaced gives up its lock a moment after the next one begins: so long that one waits for it. */
const replacedWithin = 1_000

function request(name: string, options: LockOptions): Promise<Release | null> {
  return new Promise(resolve => {
    const held = navigator.locks.request(name, options, lock => {
      if (lock === null) {
        resolve(null)
        return undefined
      }
      return new Promise<void>(release => resolve(release))
    })
    held.catch(() => resolve(null))
  })
}

/** Holds what no living tab holds; `null` when one does. */
export function holdIfFree(name: string): Promise<Release | null> {
  // Without locks it can't be told who lives, and so nothing of another tab is taken.
  if (!('locks' in navigator)) return Promise.resolve(null)
  return request(name, { ifAvailable: true })
}

/** Holds this tab's own; `null` when another tab does, which was made as a copy of this one. */
export function holdOwn(name: string): Promise<Release | null> {
  if (!('locks' in navigator)) return Promise.resolve(() => {})
  return request(name, { signal: AbortSignal.timeout(replacedWithin) })
}
