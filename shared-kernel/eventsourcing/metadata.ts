// What every event says of its own origin: who, on whose command, because of what, and when.
import { z } from 'zod'

/** Who acted: a person by id, a part of the system by name, or somebody not signed in. */
export const actorSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), id: z.string() }),
  z.object({ kind: z.literal('system'), name: z.string() }),
  z.object({ kind: z.literal('guest') }),
])

export type Actor = z.infer<typeof actorSchema>

/** `$correlationId` and `$causationId` are EventStoreDB's own names: its system projections link by them. */
export const metadataSchema = z.object({
  $correlationId: z.string(),
  $causationId: z.string(),
  actor: actorSchema,
  commandId: z.string(),
  /** A keyed hash of the command's input: tells a repetition from another request under the same key. */
  commandFingerprint: z.string().optional(),
  occurredAt: z.string(),
  schemaVersion: z.number().int().positive(),
})

export type EventMetadata = z.infer<typeof metadataSchema>

/** What a command carries besides its own input; time, ids and the actor come from the edge. */
export interface CommandMetadata {
  readonly commandId: string
  readonly commandFingerprint?: string
  readonly correlationId: string
  /** What led to the command: a request's id, or the id of the event that an automation reacted to. */
  readonly causationId: string
  readonly actor: Actor
  readonly at: Date
}
