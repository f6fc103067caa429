// Given events, then rows: how projectors are tested. Folds as the engine does, without I/O.
import type { Decoded } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import type { AnyEvent, FactOf } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import type { AnyDefinition } from '@cryptotalks/shared-kernel/eventsourcing/event-registry'
import { applyStep, type Parked, type Rows, stepOf, type WorkingRows } from '../engine/fold.ts'
import type { Projector, TableFold } from '../engine/projector.ts'
import type { AnyTable, RowOf } from '../engine/table.ts'

/** A recorded event of a fact; its revision and position are its place in the test. */
export function recorded(
  fact: { readonly type: string; readonly data: object },
  at: {
    readonly streamName?: string
    readonly revision?: number
    readonly position?: bigint
    readonly occurredAt?: string
    /** By the store's clock; when it occurred, unless told otherwise. */
    readonly recordedAt?: string
  } = {},
): AnyEvent {
  const { streamName = 'test-1', revision = 0, position = 1n } = at
  const { occurredAt = '2026-01-01T00:00:00.000Z', recordedAt = occurredAt } = at
  return {
    id: `${streamName}@${revision}`,
    streamName,
    revision,
    position,
    recordedAt: new Date(recordedAt),
    type: fact.type,
    data: fact.data as AnyEvent['data'],
    metadata: {
      $correlationId: 'correlation',
      $causationId: 'request',
      actor: { kind: 'system', name: 'test' },
      commandId: 'command',
      occurredAt,
      schemaVersion: 1,
    },
  }
}

/** The data of a fact, typed, for tests that change a part of it. */
export type DataOf<Definition extends AnyDefinition> = FactOf<Definition>['data']

/** What `events` make of empty tables. */
export function given(projector: Projector, ...events: readonly AnyEvent[]) {
  const tables = new Map<TableFold, Rows>(projector.tables.map(fold => [fold, new Map()]))
  const working: WorkingRows = { rows: tables, blocked: new Set() }
  const parked: Parked[] = []
  for (const event of events) {
    const decoded: Decoded = { kind: 'event', event }
    const step = stepOf(projector, decoded)
    const bad = step && applyStep(projector, working, step)
    if (bad) parked.push(bad)
  }
  return {
    parked,
    /** The rows of one table, in the order in which they came to be. */
    rows: <T extends AnyTable>(table: T): RowOf<T>[] => {
      const fold = projector.tables.find(one => one.table === table)
      const rows = fold && tables.get(fold)
      if (!rows) throw new Error(`${projector.name} has no table ${table.name}`)
      return [...rows.values()].filter(row => row !== undefined) as RowOf<T>[]
    },
  }
}
