// The life of a command: read the stream, fold it, decide, append with the expected revision, and answer for what happened.

import { encodeFact, type StoredEvent } from './codec.ts'
import { type Decision, type Evolution, isRefusal, type Refusal } from './decider.ts'
import { eventIdOf } from './derived-ids.ts'
import type { AnyEvent } from './event-definition.ts'
import type { Appended, ExpectedRevision, NewEvent } from './event-store.ts'
import type { CommandMetadata } from './metadata.ts'
import type { Position } from './positions.ts'
import { type Kernel, OutcomeUnknown, persistently, readStream } from './read-state.ts'
import { backoffMilliseconds, pause } from './retry.ts'

export { type Kernel, OutcomeUnknown, UnreadableStream } from './read-state.ts'

interface AnyFact {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface CommandOn<State, Read extends AnyFact, Fact extends AnyFact, R extends Refusal> {
  readonly streamName: string
  readonly evolution: Evolution<State, Read>
  readonly decide: (state: State) => Decision<Fact, R>
  readonly metadata: CommandMetadata
  /** Folds only the newest event: for long streams whose every event says all that a decision needs. */
  readonly read?: 'all' | 'newest'
}

/**
 * What became of a command. `position` is where a reader must have come to see it. `repeated` is set when this very
 * command had been carried out before: then `events` are those it made then.
 */
export type Outcome<R extends Refusal> =
  | {
      readonly kind: 'accepted'
      readonly events: readonly AnyFact[]
      readonly revision: number
      readonly position: Position
      readonly repeated: boolean
    }
  | { readonly kind: 'refused'; readonly refusal: R | KeyReused }

/** The same idempotency key came with another request. */
export type KeyReused = Refusal<'idempotency-key-reused'>

// A stream on which this many others got ahead in a row is contended by design, and the design is wrong.
const maximumConflicts = 20

async function toNewEvents(
  { registry, keyring }: Kernel,
  streamName: string,
  metadata: CommandMetadata,
  facts: readonly AnyFact[],
): Promise<NewEvent[]> {
  return Promise.all(
    facts.map(async (fact, index) => {
      const stored = await encodeFact(registry, keyring, fact)
      return {
        ...stored,
        id: eventIdOf(metadata.commandId, streamName, index),
        metadata: {
          $correlationId: metadata.correlationId,
          $causationId: metadata.causationId,
          actor: metadata.actor,
          commandId: metadata.commandId,
          ...(metadata.commandFingerprint && { commandFingerprint: metadata.commandFingerprint }),
          occurredAt: metadata.at.toISOString(),
          schemaVersion: stored.schemaVersion,
        },
      }
    }),
  )
}

/** The answer that this command already got, if it was carried out on this stream before. */
function earlierOutcome(
  events: readonly AnyEvent[],
  metadata: CommandMetadata,
): Outcome<never> | undefined {
  const mine = events.filter(event => event.metadata.commandId === metadata.commandId)
  const last = mine.at(-1)
  if (!last) return undefined
  if (last.metadata.commandFingerprint !== metadata.commandFingerprint)
    return { kind: 'refused', refusal: { refused: 'idempotency-key-reused' } }
  return {
    kind: 'accepted',
    events: mine,
    revision: last.revision,
    position: last.position,
    repeated: true,
  }
}

const headOf = (stored: readonly StoredEvent[]): ExpectedRevision =>
  stored.at(-1)?.revision ?? 'no_stream'

/**
 * Runs one command against one stream. Retries conflicts from the read on, and failures of the store with the same
 * event ids and expected revision, so that no effect happens twice.
 * @throws OutcomeUnknown when the store stays out of reach; UnreadableStream; KeyDestroyed.
 */
export function runCommand<State, Read extends AnyFact, Fact extends AnyFact>(
  kernel: Kernel,
  command: CommandOn<State, Read, Fact, never>,
): Promise<Outcome<never>>
export function runCommand<State, Read extends AnyFact, Fact extends AnyFact, R extends Refusal>(
  kernel: Kernel,
  command: CommandOn<State, Read, Fact, R>,
): Promise<Outcome<R>>
export async function runCommand<
  State,
  Read extends AnyFact,
  Fact extends AnyFact,
  R extends Refusal,
>(kernel: Kernel, command: CommandOn<State, Read, Fact, R>): Promise<Outcome<R>> {
  const { streamName, evolution, metadata } = command
  for (let conflicts = 0; conflicts < maximumConflicts; conflicts++) {
    const { stored, events } = await readStream(kernel, streamName, command.read)
    const earlier = earlierOutcome(events, metadata)
    if (earlier) return earlier
    // The caller names the facts of its own stream; the registry has checked each event's shape by its type.
    const state = (events as unknown as Read[]).reduce(evolution.evolve, evolution.initial)
    const decision = command.decide(state)
    if (isRefusal(decision)) return { kind: 'refused', refusal: decision }
    const head = stored.at(-1)
    if (decision.length === 0)
      return {
        kind: 'accepted',
        events: [],
        revision: head?.revision ?? -1,
        position: head?.position ?? 0n,
        repeated: false,
      }
    const fresh = await toNewEvents(kernel, streamName, metadata, decision)
    const result: Appended = await persistently(() =>
      kernel.store.append(streamName, headOf(stored), fresh),
    )
    if (result.kind === 'appended')
      return {
        kind: 'accepted',
        events: decision,
        revision: result.revision,
        position: result.position,
        repeated: false,
      }
    await pause(backoffMilliseconds(conflicts + 1, Math.random, 2, 50))
  }
  throw new OutcomeUnknown(`${streamName} was changed by others ${maximumConflicts} times in a row`)
}
