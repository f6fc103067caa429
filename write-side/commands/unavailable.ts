// What a write answers when the event store or the keys can't be reached.
import type { Keyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import { KeyDestroyed, KeyMissing } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import { noSpaceIn } from '@cryptotalks/shared-kernel/eventsourcing/no-space'
import { OutcomeUnknown } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { edgeProblem, edgeProblems } from '@cryptotalks/shared-kernel/http/edge-problems'

/** What a command may answer when what it needs is away, for the routes' documentation. */
export const unavailableProblems = {
  unavailable: edgeProblems.unavailable,
  'key-missing': edgeProblems['key-missing'],
}

/**
 * Turns an unknown outcome into the problem `unavailable`, which says that repeating is safe, and a lost key into
 * `key-missing`: a person who is not forgotten is told neither that they are nor that their password is wrong. Who was forgotten is signed
 * in no more.
 */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof KeyMissing)
      throw edgeProblem('key-missing', {
        detail:
          'Nothing was done. On our side the key is missing that opens what is kept of this account; whoever runs this site is told. Try again later.',
        headers: { 'Retry-After': '60' },
        cause,
      })
    if (cause instanceof KeyDestroyed)
      throw edgeProblem('not-signed-in', { detail: 'This account was erased.', cause })
    if (!(cause instanceof OutcomeUnknown)) throw cause
    if (noSpaceIn(cause) !== undefined)
      throw edgeProblem('unavailable', {
        detail:
          'This can not be stored at the moment: the disk of this site is full. Nothing that was stored before is lost. Keep what you wrote and try again later.',
        headers: { 'Retry-After': '60' },
        cause,
      })
    throw edgeProblem('unavailable', {
      detail:
        'We can not tell whether this was done. Repeat it with the same idempotency key: it will not be done twice.',
      headers: { 'Retry-After': '2' },
      cause,
    })
  }
}

/** A keyring whose outages are what the event store's are to a command: nothing was written, and repeating is safe. */
export function keyringOrUnknown(keyring: Keyring): Keyring {
  const attempt = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (cause) {
      if (cause instanceof KeyDestroyed || cause instanceof KeyMissing) throw cause
      throw new OutcomeUnknown('The key store did not answer', { cause })
    }
  }
  return {
    find: subjects => attempt(keyring.find(subjects)),
    create: subject => attempt(keyring.create(subject)),
    require: subject => attempt(keyring.require(subject)),
    destroy: subject => attempt(keyring.destroy(subject)),
  }
}
