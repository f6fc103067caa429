// Between facts and what the event store keeps: validates, seals personal fields, and reads every older version back.
import type { AnyEvent, Recorded } from './event-definition.ts'
import type { AnyDefinition, EventRegistry } from './event-registry.ts'
import { KeyMissing, type KeyOrMark, type Keyring } from './keyring.ts'
import { type EventMetadata, metadataSchema } from './metadata.ts'
import { open, seal } from './sealing.ts'

type Fields = Readonly<Record<string, unknown>>

/** Personal fields as they are stored: who can be forgotten, which fields they are, and the box that holds them. */
interface Sealed {
  readonly subject: string
  readonly fields: readonly string[]
  readonly box: string
}

/** A fact whose personal fields are sealed, as it goes over the wire. */
export interface StoredFact {
  readonly type: string
  readonly data: Fields
  readonly schemaVersion: number
}

/** An event as the store returned it. */
export interface StoredEvent extends Omit<Recorded, 'metadata'> {
  readonly type: string
  readonly data: unknown
  readonly metadata: unknown
}

/**
 * What reading a stored event can come to. What to do with those that are no event is the reader's policy, but for
 * `key-missing`: it is sealed under a key that is lost, and whoever went on without it would forget somebody in silence.
 */
export type Decoded =
  | { readonly kind: 'event'; readonly event: AnyEvent }
  | { readonly kind: 'key-missing'; readonly stored: StoredEvent; readonly subject: string }
  | { readonly kind: 'unknown'; readonly stored: StoredEvent }
  | { readonly kind: 'unreadable'; readonly stored: StoredEvent; readonly reason: string }

const contextOf = (subject: string, type: string): string => `${subject}/${type}`

/** Whose key an event of this definition needs, if any. */
const subjectOf = (definition: AnyDefinition, data: Fields): string | undefined =>
  definition.personal && String(data[definition.personal.subject])

/**
 * Prepares a fact for the store. Throws on one that breaks its own schema, which is a programmer's error, and KeyMissing
 * or KeyDestroyed for a person without a key.
 */
export async function encodeFact(
  registry: EventRegistry,
  keyring: Keyring,
  fact: { readonly type: string; readonly data: Fields },
): Promise<StoredFact> {
  const definition = registry.find(fact.type)
  if (!definition) throw new Error(`${fact.type} is not a registered event`)
  const data = definition.schema.parse(fact.data) as Fields
  const subject = subjectOf(definition, data)
  if (!definition.personal || subject === undefined)
    return { type: fact.type, data, schemaVersion: definition.version }
  const { fields } = definition.personal
  const key = await keyring.require(subject)
  const personal = Object.fromEntries(fields.map(field => [field, data[field]]))
  const clear = Object.fromEntries(
    Object.entries(data).filter(([field]) => !fields.includes(field)),
  )
  const box = seal(key, Buffer.from(JSON.stringify(personal)), contextOf(subject, fact.type))
  const $sealed: Sealed = { subject, fields, box }
  return { type: fact.type, data: { ...clear, $sealed }, schemaVersion: definition.version }
}

function isSealed(value: unknown): value is Sealed {
  const sealed = value as Sealed | undefined
  return (
    typeof sealed?.subject === 'string' &&
    typeof sealed.box === 'string' &&
    Array.isArray(sealed.fields)
  )
}

const forgotten = (fields: readonly string[]): Fields =>
  Object.fromEntries(fields.map(field => [field, null]))

function unsealed(stored: StoredEvent, keys: ReadonlyMap<string, KeyOrMark>): Fields {
  const { $sealed, ...clear } = stored.data as Fields
  if ($sealed === undefined) return clear
  if (!isSealed($sealed)) throw new Error('its sealed part has no subject, fields or box')
  const key = keys.get($sealed.subject)
  if (key === undefined) throw new KeyMissing($sealed.subject)
  if (key === 'destroyed') return { ...clear, ...forgotten($sealed.fields) }
  const personal = open(key, $sealed.box, contextOf($sealed.subject, stored.type))
  return { ...clear, ...parsedPersonal(personal) }
}

function parsedPersonal(personal: Buffer): Fields {
  try {
    return JSON.parse(personal.toString()) as Fields
  } catch {
    // The parser's own words quote what it read, which is in clear here: they may go neither on nor along as a cause.
    throw new Error('its sealed part does not hold JSON')
  }
}

function upcast(definition: AnyDefinition, metadata: EventMetadata, data: Fields): Fields {
  let current = data
  for (let version = metadata.schemaVersion; version < definition.version; version++)
    current = definition.upcasts?.[version]?.(current) ?? current
  return current
}

function decodeOne(
  registry: EventRegistry,
  stored: StoredEvent,
  keys: ReadonlyMap<string, KeyOrMark>,
): Decoded {
  const definition = registry.find(stored.type)
  if (!definition) return { kind: 'unknown', stored }
  try {
    const metadata = metadataSchema.parse(stored.metadata)
    if (metadata.schemaVersion > definition.version)
      return {
        kind: 'unreadable',
        stored,
        reason: `version ${metadata.schemaVersion} is newer than ${definition.version}`,
      }
    const data = upcast(definition, metadata, unsealed(stored, keys))
    const { id, streamName, revision, position, recordedAt, type } = stored
    const event = { id, streamName, revision, position, recordedAt, type, data, metadata }
    return { kind: 'event', event }
  } catch (error) {
    if (error instanceof KeyMissing) return { kind: 'key-missing', stored, subject: error.subject }
    return { kind: 'unreadable', stored, reason: (error as Error).message }
  }
}

/** Reads stored events, in their order. All keys they need come in one look-up; a destroyed key reads as forgotten (null). */
export async function decodeEvents(
  registry: EventRegistry,
  keyring: Keyring,
  stored: readonly StoredEvent[],
): Promise<Decoded[]> {
  const subjects = new Set<string>()
  for (const { data } of stored) {
    const sealed = (data as Fields | null | undefined)?.$sealed
    if (isSealed(sealed)) subjects.add(sealed.subject)
  }
  const keys = subjects.size > 0 ? await keyring.find([...subjects]) : new Map<string, KeyOrMark>()
  return stored.map(event => decodeOne(registry, event, keys))
}
