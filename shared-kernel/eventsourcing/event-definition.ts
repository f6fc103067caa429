// The definition of an event: its name, version, schema, personal fields, and how older versions become this one.
import type { z } from 'zod'
import type { EventMetadata } from './metadata.ts'
import type { Position } from './positions.ts'

type Fields = Readonly<Record<string, unknown>>

/** Reading gives null for a personal field whose person was erased. */
type Forgettable<Data, Personal extends keyof Data> = {
  readonly [Field in keyof Data]: Field extends Personal ? Data[Field] | null : Data[Field]
}

export interface EventDefinition<
  Type extends string = string,
  Data extends Fields = Fields,
  Personal extends keyof Data & string = keyof Data & string,
> {
  readonly type: Type
  /** Rises by one with each change of shape; stored in each event's metadata. */
  readonly version: number
  readonly schema: z.ZodType<Data>
  /** Fields sealed under the key of the person whose id stands in the field `subject`. */
  readonly personal?: {
    readonly subject: keyof Data & string
    readonly fields: readonly Personal[]
  }
  /** Pure steps from version n to n + 1, by n. They see the data unsealed. */
  readonly upcasts?: Readonly<Record<number, (data: Fields) => Fields>>
}

/** A registered event type. Throws when its versions have a gap: that is a mistake in the definition. */
export function defineEvent<
  const Type extends string,
  Data extends Fields,
  const Personal extends keyof Data & string = never,
>(definition: EventDefinition<Type, Data, Personal>): EventDefinition<Type, Data, Personal> {
  for (let version = 1; version < definition.version; version++)
    if (!definition.upcasts?.[version])
      throw new Error(`${definition.type} has no upcast from version ${version}`)
  return Object.freeze(definition)
}

/** The fact alone, as deciders make it. */
export type FactOf<Definition> =
  Definition extends EventDefinition<infer Type, infer Data, infer _Personal>
    ? { readonly type: Type; readonly data: Readonly<Data> }
    : never

/** The fact as states and projections read it: personal fields may have been forgotten. */
export type ReadFactOf<Definition> =
  Definition extends EventDefinition<infer Type, infer Data, infer Personal>
    ? { readonly type: Type; readonly data: Forgettable<Data, Personal> }
    : never

/** Where a recorded event stands, and what it says of its origin. */
export interface Recorded {
  readonly id: string
  readonly streamName: string
  readonly revision: number
  readonly position: Position
  /** When the event store took it in, by the store's own clock. Later events may be dated earlier: clocks are set. */
  readonly recordedAt: Date
  readonly metadata: EventMetadata
}

/** A recorded event of a defined type. */
export type EventOf<Definition> = ReadFactOf<Definition> & Recorded

/** A recorded event of any type, before anyone has asked which. */
export type AnyEvent = Recorded & { readonly type: string; readonly data: Fields }
