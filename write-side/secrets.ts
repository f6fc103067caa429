// The keys of this side, each for one purpose, all following from the one master key.
import { createHmac, hkdfSync } from 'node:crypto'

/** Keyed hashes. Without the master key nobody can compute or test one; changing it changes them all. */
export interface Secrets {
  /** Names the stream of a name that only one may hold. */
  readonly nameHash: (kind: string, name: string) => string
  /** Tells the same command from another under the same key. */
  readonly fingerprint: (input: string) => string
  /** The token of the session that a command begins: 256 bits, base64url. */
  readonly sessionToken: (commandId: string) => string
  /** The salt of the password that a command sets: 16 bytes. */
  readonly passwordSalt: (commandId: string) => Buffer
  /** Stands for an account or address in the table of attempts. */
  readonly attemptKey: (who: string) => string
}

type Encoding = 'hex' | 'base64url'

/** Derives all from 32 bytes (HKDF, RFC 5869). */
export function createSecrets(masterKey: Uint8Array): Secrets {
  const keyed = (purpose: string) => {
    const key = Buffer.from(hkdfSync('sha256', masterKey, '', `cryptotalks ${purpose}`, 32))
    return (text: string) => createHmac('sha256', key).update(text)
  }
  const hash = (purpose: string, encoding: Encoding) => {
    const hmac = keyed(purpose)
    return (text: string) => hmac(text).digest(encoding)
  }
  const name = hash('names', 'hex')
  const salt = keyed('password salts')
  return {
    nameHash: (kind, text) => name(`${kind}:${text}`),
    fingerprint: hash('fingerprints', 'base64url'),
    sessionToken: hash('session tokens', 'base64url'),
    passwordSalt: commandId => salt(commandId).digest().subarray(0, 16),
    attemptKey: hash('attempts', 'base64url'),
  }
}
