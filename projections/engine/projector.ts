// What a projector is: tables, and for each event the rows it touches and what it makes of them. No I/O, no SQL.
import type { AnyEvent, EventOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { AnyDefinition } from '@cryptotalks/shared-kernel/eventsourcing/event-registry'
import type { AnyTable, Key, KeyOf, Row, RowOf } from './table.ts'

/** What becomes of a row: a new content, none at all, or (undefined, or the row itself) what it was. */
export type Outcome<R> = R | 'delete' | undefined

export interface Handler<T extends AnyTable, Event> {
  /** The rows that the event touches; each at most once. */
  readonly keysOf: (event: Event) => readonly KeyOf<T>[]
  /** Pure: the same row, event and key lead to the same outcome, whenever and wherever. */
  readonly apply: (row: RowOf<T> | undefined, event: Event, key: KeyOf<T>) => Outcome<RowOf<T>>
}

/** A handler that has forgotten its table and event, as the engine runs it. */
export interface AnyHandler {
  readonly type: string
  readonly keysOf: (event: AnyEvent) => readonly Key[]
  readonly apply: (row: Row | undefined, event: AnyEvent, key: Key) => Outcome<Row>
}

/** How a table follows from events. */
export interface TableFold {
  readonly table: AnyTable
  readonly handlers: ReadonlyMap<string, AnyHandler>
}

export interface Projector {
  readonly name: string
  /** To be raised with every change of tables or folds: the new version is built beside the old one. */
  readonly version: number
  /** The event types it reads. */
  readonly handles: ReadonlySet<string>
  readonly tables: readonly TableFold[]
  /**
   * How far trouble reaches. `stream`: once an event can't be applied, later ones of its stream wait with it, so that
   * they can be applied in order one day. `event`: its stream's events stand each for itself.
   */
  readonly parks: 'stream' | 'event'
}

type On<T extends AnyTable> = <Definition extends AnyDefinition>(
  definition: Definition,
  handler: Handler<T, EventOf<Definition>>,
) => AnyHandler

/** Declares how the rows of `table` follow from events. */
export function rowsOf<T extends AnyTable>(
  table: T,
  declare: (on: On<T>) => readonly AnyHandler[],
): TableFold {
  // The engine hands a handler only events of its own type and rows of its own table.
  const on: On<T> = ({ type }, handler) => ({ type, ...handler }) as unknown as AnyHandler
  const handlers = declare(on).map(handler => [handler.type, handler] as const)
  return { table, handlers: new Map(handlers) }
}

/** A projector. Throws when what it says it handles and what its tables follow from differ. */
export function defineProjector(declaration: {
  readonly name: string
  readonly version: number
  readonly handles: readonly AnyDefinition[]
  readonly tables: readonly TableFold[]
  readonly parks?: 'stream' | 'event'
}): Projector {
  const { name, tables } = declaration
  const handles = new Set(declaration.handles.map(({ type }) => type))
  const handled = new Set(tables.flatMap(({ handlers }) => [...handlers.keys()]))
  for (const type of new Set([...handles, ...handled]))
    if (!handles.has(type) || !handled.has(type))
      throw new Error(`${name} names ${type} in its list or in its tables, but not in both`)
  return Object.freeze({ parks: 'stream', ...declaration, handles })
}

/** A projector's name with its version, as its schema is called. */
export const schemaOf = ({ name, version }: Pick<Projector, 'name' | 'version'>): string =>
  `${name}_${version}`
