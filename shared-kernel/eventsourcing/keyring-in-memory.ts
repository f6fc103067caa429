// A keyring that lives as long as its process: for tests of what needs keys but no server.
import { randomBytes } from 'node:crypto'
import { KeyDestroyed, type Keyring } from './keyring.ts'

/** An empty keyring. */
export function createMemoryKeyring(): Keyring {
  const keys = new Map<string, Uint8Array | 'destroyed'>()
  return {
    find: async subjects => {
      const found = new Map<string, Uint8Array>()
      for (const subject of subjects) {
        const key = keys.get(subject)
        if (key && key !== 'destroyed') found.set(subject, key)
      }
      return found
    },
    obtain: async subject => {
      const known = keys.get(subject)
      if (known === 'destroyed') throw new KeyDestroyed(subject)
      const key = known ?? randomBytes(32)
      keys.set(subject, key)
      return key
    },
    destroy: async subject => {
      keys.set(subject, 'destroyed')
    },
  }
}
