// What a write answers when the event store or the keys can't be reached.
import type { Keyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import { KeyDestroyed } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import { OutcomeUnknown } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { edgeProblem } from '@cryptotalks/shared-kernel/http/edge-problems'

/** Turns an unknown outcome into the problem `unavailable`, which says that repeating is safe. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof OutcomeUnknown)) throw cause
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
      if (cause instanceof KeyDestroyed) throw cause
      throw new OutcomeUnknown('The key store did not answer', { cause })
    }
  }
  return {
    find: subjects => attempt(keyring.find(subjects)),
    obtain: subject => attempt(keyring.obtain(subject)),
    destroy: subject => attempt(keyring.destroy(subject)),
  }
}
