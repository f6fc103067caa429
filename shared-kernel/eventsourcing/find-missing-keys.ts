// Compares the people in the log with the keys in the keyring, so that a lost key is known before its person comes by.
import { UserRegistered } from '../events/users.ts'
import type { EventStore } from './event-store.ts'
import type { Keyring } from './keyring.ts'
import { backoffMilliseconds, pause } from './retry.ts'
import { followLog } from './subscription.ts'

const pageSize = 500

const subjectOf = (data: unknown): string | undefined =>
  (data as { readonly $sealed?: { readonly subject?: string } } | null)?.$sealed?.subject

/** Asks a watched keyring for the key of everybody who ever registered. Never rejects; ends when the signal aborts. */
export async function findMissingKeys(
  store: EventStore,
  keyring: Keyring,
  signal: AbortSignal,
): Promise<void> {
  const options = { from: undefined, prefixes: ['user-'], pageSize, signal }
  for await (const { events, caughtUp } of followLog(store, options)) {
    const registered = events.filter(({ type }) => type === UserRegistered.type)
    const subjects = registered.flatMap(({ data }) => subjectOf(data) ?? [])
    for (let attempt = 1; subjects.length > 0 && !signal.aborted; attempt++) {
      const found = await keyring.find(subjects).catch(() => undefined)
      if (found) break
      await pause(backoffMilliseconds(attempt, Math.random, 100, 5_000), signal).catch(
        () => undefined,
      )
    }
    if (caughtUp) return
  }
}
