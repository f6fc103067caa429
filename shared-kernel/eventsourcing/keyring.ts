// The keys under which personal data is sealed: one a person, destroyed to forget that person.

/** Keys are 32 bytes. A subject is the id of a person. */
export interface Keyring {
  /** The keys of those subjects that have one. A destroyed key and one that never was look the same. */
  readonly find: (subjects: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>
  /** The subject's key, made when there was none. Throws `KeyDestroyed` for a person who was erased. */
  readonly obtain: (subject: string) => Promise<Uint8Array>
  /** Forgets the key for good; a subject without one may never get one. */
  readonly destroy: (subject: string) => Promise<void>
}

/** Something was to be sealed for a person who was erased. */
export class KeyDestroyed extends Error {
  override readonly name = 'KeyDestroyed'
  constructor(subject: string) {
    super(`The key of ${subject} was destroyed`)
  }
}
