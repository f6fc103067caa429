// What a command carries besides its input, made from the request that brings it.
import { randomUUID } from 'node:crypto'
import { derivedId } from '@cryptotalks/shared-kernel/eventsourcing/derived-ids'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import type { Secrets } from '../secrets.ts'

/** The parts of a request that say who asks, and which request it is. */
export interface Asked {
  readonly visitor?: { readonly userId: string } | undefined
  readonly idempotencyKey: string | undefined
  readonly correlationId: string
}

interface CommandClock {
  readonly now: () => Date
  readonly randomId: () => string
}

const systemClock: CommandClock = { now: () => new Date(), randomId: randomUUID }

/** Input as it is compared: flat, already parsed, without what may not be derived from (passwords). */
export type ComparedInput = Readonly<Record<string, string | boolean | readonly string[]>>

const canonical = (name: string, input: ComparedInput): string =>
  JSON.stringify([name, Object.entries(input).sort(([one], [other]) => (one < other ? -1 : 1))])

/** Makes the metadata of the command `name` with this input. */
export type MakeMetadata = (name: string, asked: Asked, input: ComparedInput) => CommandMetadata

/**
 * Metadata whose command id follows from who asks, what for, and their idempotency key; random without a key. Guests
 * have no account to keep their keys apart, so among them the input is part of the id.
 */
export function createMakeMetadata(
  { fingerprint }: Pick<Secrets, 'fingerprint'>,
  { now, randomId }: CommandClock = systemClock,
): MakeMetadata {
  return (name, { visitor, idempotencyKey, correlationId }, input) => {
    const commandFingerprint = fingerprint(canonical(name, input))
    const idUnder = (key: string) =>
      visitor
        ? derivedId('command', visitor.userId, name, key)
        : derivedId('command', 'guest', name, key, commandFingerprint)
    return {
      commandId: idempotencyKey === undefined ? randomId() : idUnder(idempotencyKey),
      commandFingerprint,
      correlationId,
      causationId: correlationId,
      actor: visitor ? { kind: 'user', id: visitor.userId } : { kind: 'guest' },
      at: now(),
    }
  }
}
