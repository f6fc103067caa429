// Keeps one idempotency key for one content, so that a second press or a retry can't write twice.

/** How a sending ended; `reused`: another content was written under its key before. */
export type Outcome = 'written' | 'refused' | 'reused' | 'unknown'

export interface KeyKeeper {
  /**
   * The key for what is sent now: the same for the same content, a new one once it changed. But while it is not known
   * how an earlier sending ended, the key stays, whatever the content: if that one was written, the API says so and
   * writes nothing.
   */
  readonly keyFor: (content: string) => string
  /** Tells how the last sending ended. A refusal of a retry says nothing of the sending before it. */
  readonly ended: (outcome: Outcome) => void
  /** Goes on as after this sending, whose end is not known. */
  readonly resume: (key: string, content: string) => void
  /** Whether there is a sending of which nobody knows how it ended. */
  readonly isOpen: () => boolean
}

/** `first` is the key for whatever is sent first. */
export function keepKey(first: string, fresh: () => string): KeyKeeper {
  let key = first
  /** What this key was first used for. */
  let keyed: string | null = null
  let last: string | null = null
  let open = false
  return {
    keyFor(content) {
      if (!open) {
        if (keyed !== null && keyed !== content) key = fresh()
        keyed = content
      }
      last = content
      return key
    },
    ended(outcome) {
      if (outcome === 'written') keyed = last
      if (outcome === 'written' || outcome === 'reused') open = false
      if (outcome === 'unknown') open = true
    },
    resume(resumedKey, content) {
      key = resumedKey
      keyed = content
      open = true
    },
    isOpen: () => open,
  }
}

const keyBytes = 16

/** A random key; works without a secure context too. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(keyBytes))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
