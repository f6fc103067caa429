// The life of a command: read the stream, fold it, decide, append with the expected revision, and answer for what happened.

import { encodeFact } from './codec.ts'
import { type Decision, type Evolution, isRefusal, type Refusal } from './decider.ts'
import { eventIdOf } from './derived-ids.ts'
import type { AnyEvent } from './event-definition.ts'
import type { ExpectedRevision, NewEvent } from './event-store.ts'
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
  /** Set where the stream hardly ever exists yet: saves reading it when it doesn't, costs an append when it does. */
  readonly expects?: 'no_stream'
  /** Set where the facts depend on more than input and state: the same variant must mean the same facts. */
  readonly variant?: string
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

/** What of a command says where its events go and which ids they get. */
type Destination = Pick<
  CommandOn<never, AnyFact, AnyFact, Refusal>,
  'streamName' | 'metadata' | 'variant'
>

// A stream on which this many others got ahead in a row is contended by design, and the design is wrong.
const maximumConflicts = 20

async function toNewEvents(
  { registry, keyring }: Kernel,
  { streamName, metadata, variant }: Destination,
  facts: readonly AnyFact[],
): Promise<NewEvent[]> {
  return Promise.all(
    facts.map(async (fact, index) => {
      const stored = await encodeFact(registry, keyring, fact)
      return {
        ...stored,
        id: eventIdOf(metadata, streamName, index, variant),
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

/**
 * Runs one command against one stream. Retries conflicts from the read on, and failures of the store with the same
 * event ids and expected revision, so that no effect happens twice.
 * @throws OutcomeUnknown when the store stays out of reach; UnreadableStream; KeyMissing; KeyDestroyed.
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
  if (command.expects === 'no_stream') {
    const outcome = await appendFirst(kernel, command)
    if (outcome) return outcome
  }
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
    const outcome = await append(kernel, command, decision, head?.revision ?? 'no_stream')
    if (outcome) return outcome
    await pause(backoffMilliseconds(conflicts + 1, Math.random, 2, 50))
  }
  throw new OutcomeUnknown(`${streamName} was changed by others ${maximumConflicts} times in a row`)
}

/** What appending the facts at the expected revision came to; nothing when somebody else was faster. */
async function append(
  kernel: Kernel,
  to: Destination,
  facts: readonly AnyFact[],
  expected: ExpectedRevision,
): Promise<Outcome<never> | undefined> {
  const fresh = await toNewEvents(kernel, to, facts)
  const result = await persistently(() => kernel.store.append(to.streamName, expected, fresh))
  if (result.kind === 'conflict') return undefined
  const { revision, position } = result
  return { kind: 'accepted', events: facts, revision, position, repeated: false }
}

/**
 * Appends what a stream begins with, without having read it; nothing when that has to be read first. The store answers
 * a repetition of the same request as it did then, since its event ids are the same; another request under the same
 * key has other ids, so it is a conflict.
 */
async function appendFirst<State, Read extends AnyFact, Fact extends AnyFact, R extends Refusal>(
  kernel: Kernel,
  command: CommandOn<State, Read, Fact, R>,
): Promise<Outcome<R> | undefined> {
  const decision = command.decide(command.evolution.initial)
  if (isRefusal(decision) || decision.length === 0) return undefined
  return append(kernel, command, decision, 'no_stream')
}
