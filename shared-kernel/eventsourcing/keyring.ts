// The keys under which personal data is sealed: one a person, destroyed to forget that person.

/** What is left of a destroyed key: the mark that the person was forgotten on purpose. */
export type KeyOrMark = Uint8Array | 'destroyed'

/** Keys are 32 bytes. A subject is the id of a person. */
export interface Keyring {
  /**
   * The key of each subject, or the mark of its destruction. A subject that is absent has lost its key: what is sealed
   * under it can't be read for now, and must not be taken for forgotten.
   */
  readonly find: (subjects: readonly string[]) => Promise<ReadonlyMap<string, KeyOrMark>>
  /** Makes the key of a person who registers; the same one again when it is there already. Throws `KeyDestroyed`. */
  readonly create: (subject: string) => Promise<Uint8Array>
  /**
   * The key of a person who exists. Throws `KeyMissing` when it is lost, since a second one would make two halves of
   * that person, and `KeyDestroyed` for a person who was erased.
   */
  readonly require: (subject: string) => Promise<Uint8Array>
  /** Forgets the key for good and leaves the mark; a subject without one may never get one. */
  readonly destroy: (subject: string) => Promise<void>
}

/** Something was to be sealed for a person who was erased. */
export class KeyDestroyed extends Error {
  override readonly name = 'KeyDestroyed'
  constructor(subject: string) {
    super(`The key of ${subject} was destroyed`)
  }
}

/** The key of a person who was not erased is not in the keyring: that keyring is older than the log, or damaged. */
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing'
  readonly subject: string
  constructor(subject: string) {
    super(`The key of ${subject} is missing from the keyring`)
    this.subject = subject
  }
}

/** The key that was found for a subject. Throws like `require`. */
export function keyIn(found: ReadonlyMap<string, KeyOrMark>, subject: string): Uint8Array {
  const key = found.get(subject)
  if (key === undefined) throw new KeyMissing(subject)
  if (key === 'destroyed') throw new KeyDestroyed(subject)
  return key
}
