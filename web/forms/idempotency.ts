// Keeps one idempotency key for one content, so that a second press or a retry can't write twice.

export interface KeyKeeper {
  /** The key for this content: the same for the same content, a new one once it changed. */
  readonly keyFor: (content: string) => string
}

/** `first` is the key for whatever is sent first. */
export function keepKey(first: string, fresh: () => string): KeyKeeper {
  let key = first
  let sent: string | null = null
  return {
    keyFor(content) {
      if (sent !== null && sent !== content) key = fresh()
      sent = content
      return key
    },
  }
}

const keyBytes = 16

/** A random key; works without a secure context too. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(keyBytes))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
