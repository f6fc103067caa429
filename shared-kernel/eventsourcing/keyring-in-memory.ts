// A keyring that lives as long as its process: for tests of what needs keys but no server.
import { randomBytes } from 'node:crypto'
import { KeyDestroyed, type KeyOrMark, type Keyring, keyIn } from './keyring.ts'

export interface MemoryKeyring extends Keyring {
  /** Loses the key without a mark, as a restored older backup of a keyring has. */
  readonly lose: (subject: string) => void
  readonly restore: (subject: string, key: Uint8Array) => void
}

/** An empty keyring. */
export function createMemoryKeyring(): MemoryKeyring {
  const keys = new Map<string, KeyOrMark>()
  return {
    find: async subjects => new Map([...keys].filter(([subject]) => subjects.includes(subject))),
    create: async subject => {
      const known = keys.get(subject)
      if (known === 'destroyed') throw new KeyDestroyed(subject)
      const key = known ?? randomBytes(32)
      keys.set(subject, key)
      return key
    },
    require: async subject => keyIn(keys, subject),
    destroy: async subject => {
      keys.set(subject, 'destroyed')
    },
    lose: subject => {
      keys.delete(subject)
    },
    restore: (subject, key) => {
      keys.set(subject, key)
    },
  }
}
