// All event types that a process knows, by name.
import type { EventDefinition } from './event-definition.ts'

// A definition is invariant in its data, so a collection of unlike ones has to forget it.
// biome-ignore lint/suspicious/noExplicitAny: see above; lookups narrow by schema at run time.
export type AnyDefinition = EventDefinition<string, any, any>

export interface EventRegistry {
  readonly find: (type: string) => AnyDefinition | undefined
  readonly types: readonly string[]
}

/** Throws when two definitions share a name. */
export function createRegistry(definitions: readonly AnyDefinition[]): EventRegistry {
  const byType = new Map(definitions.map(definition => [definition.type, definition]))
  if (byType.size !== definitions.length) throw new Error('Two event definitions share a name')
  return { find: type => byType.get(type), types: [...byType.keys()] }
}
