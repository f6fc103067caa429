// What a stream comes to, read from the log itself: what commands decide on, and what may not wait for a read model.
import { decodeEvents, type StoredEvent } from './codec.ts'
import type { Evolution } from './decider.ts'
import type { AnyEvent } from './event-definition.ts'
import type { EventRegistry } from './event-registry.ts'
import type { EventStore } from './event-store.ts'
import { KeyMissing, type Keyring } from './keyring.ts'
import { noSpaceIn } from './no-space.ts'
import { backoffMilliseconds, pause } from './retry.ts'

/** What commands run on. */
export interface Kernel {
  readonly store: EventStore
  readonly registry: EventRegistry
  readonly keyring: Keyring
}

/** The store did not answer in time, and whether the command took effect is unknown: repeat it with the same key. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}

/** The disk beneath the event store is full: nothing was written, and asking again at once would change nothing. */
export class NoSpaceLeft extends OutcomeUnknown {
  constructor(words: string, cause: unknown) {
    super(`Nothing can be stored: ${words}`, { cause })
  }
}

/** A stream holds an event that this process can't read: deciding without it could break a rule. */
export class UnreadableStream extends Error {
  override readonly name = 'UnreadableStream'
}

const maximumFailures = 6

/** Tries again, with growing pauses, what fails; throws OutcomeUnknown when it keeps failing, NoSpaceLeft at once. */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (cause) {
      const full = noSpaceIn(cause)
      if (full !== undefined) throw new NoSpaceLeft(full, cause)
      if (attempt === maximumFailures)
        throw new OutcomeUnknown('The event store did not answer', { cause })
      await pause(backoffMilliseconds(attempt, Math.random, 50, 2_000))
    }
  }
}

/**
 * A stream as it is stored, and those of its events whose type is known.
 * @throws OutcomeUnknown, UnreadableStream, KeyMissing
 */
export async function readStream(
  kernel: Kernel,
  streamName: string,
  which?: 'all' | 'newest',
): Promise<{ readonly stored: readonly StoredEvent[]; readonly events: readonly AnyEvent[] }> {
  const stored = await persistently(() => kernel.store.read(streamName, which))
  const events: AnyEvent[] = []
  for (const one of await decodeEvents(kernel.registry, kernel.keyring, stored)) {
    if (one.kind === 'key-missing') throw new KeyMissing(one.subject)
    if (one.kind === 'unreadable')
      throw new UnreadableStream(`${streamName} at ${one.stored.revision}: ${one.reason}`)
    if (one.kind === 'event') events.push(one.event)
  }
  return { stored, events }
}

/**
 * The state that a stream's events come to, or its newest event alone. Deciding on it needs `runCommand`, which
 * holds the append to what was read.
 * @throws OutcomeUnknown, UnreadableStream, KeyMissing
 */
export async function readState<
  State,
  Read extends { readonly type: string; readonly data: Readonly<Record<string, unknown>> },
>(
  kernel: Kernel,
  streamName: string,
  { initial, evolve }: Evolution<State, Read>,
  which?: 'all' | 'newest',
): Promise<State> {
  const { events } = await readStream(kernel, streamName, which)
  // The caller names the facts of its own stream; the registry has checked each event's shape by its type.
  return (events as unknown as Read[]).reduce(evolve, initial)
}
