// A small projector to test the engine with: counters that are added to, named, moved and removed.
import { defineEvent } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import { createRegistry } from '@cryptotalks/shared-kernel/eventsourcing/event-registry'
import { z } from 'zod'
import { integer, nullable, position, text } from '../engine/column.ts'
import { defineProjector, rowsOf } from '../engine/projector.ts'
import { defineTable } from '../engine/table.ts'

export const Added = defineEvent({
  type: 'Added',
  version: 1,
  schema: z.strictObject({ counter: z.string(), by: z.number() }),
})
export const Transferred = defineEvent({
  type: 'Transferred',
  version: 1,
  schema: z.strictObject({ from: z.string(), to: z.string(), by: z.number() }),
})
export const Removed = defineEvent({
  type: 'Removed',
  version: 1,
  schema: z.strictObject({ counter: z.string() }),
})
export const Owned = defineEvent({
  type: 'Owned',
  version: 1,
  schema: z.strictObject({ counter: z.string(), ownerId: z.string(), name: z.string() }),
  personal: { subject: 'ownerId', fields: ['name'] },
})
/** None of the projector's. */
export const Ignored = defineEvent({ type: 'Ignored', version: 1, schema: z.strictObject({}) })

export const registry = createRegistry([Added, Transferred, Removed, Owned, Ignored])

export const counters = defineTable('counters', {
  columns: { id: text, total: integer, events: integer, owner: nullable(text), position },
  primaryKey: ['id'],
  indexes: [{ on: '(owner)', unique: true }],
})
/** One row, which every event of the projector touches. */
export const sums = defineTable('sums', {
  columns: { id: text, events: integer },
  primaryKey: ['id'],
})

const none = { total: 0, events: 0, owner: null }
/** An amount that no fold can apply. */
export const unappliable = 13

const added = (by: number): number => {
  if (by === unappliable) throw new Error('13 can not be added')
  return by
}
const everything = {
  keysOf: () => [{ id: 'all' }],
  apply: (row: { readonly events: number } | undefined) => ({
    id: 'all',
    events: (row?.events ?? 0) + 1,
  }),
}

/** The projector under a name and version of its own. */
export const countersProjector = (name = 'counters', version = 1) =>
  defineProjector({
    name,
    version,
    handles: [Added, Transferred, Removed, Owned],
    tables: [
      rowsOf(sums, on => [
        on(Added, everything),
        on(Transferred, everything),
        on(Removed, everything),
        on(Owned, everything),
      ]),
      rowsOf(counters, on => [
        on(Added, {
          keysOf: ({ data }) => [{ id: data.counter }],
          apply: (row, { data, position }, { id }) => {
            const before = row ?? { id, ...none }
            const total = before.total + added(data.by)
            return { ...before, total, events: before.events + 1, position }
          },
        }),
        on(Transferred, {
          keysOf: ({ data }) => (data.from === data.to ? [] : [{ id: data.from }, { id: data.to }]),
          apply: (row, { data, position }, { id }) => {
            const before = row ?? { id, ...none }
            const by = id === data.from ? -data.by : data.by
            return { ...before, total: before.total + by, events: before.events + 1, position }
          },
        }),
        on(Removed, { keysOf: ({ data }) => [{ id: data.counter }], apply: () => 'delete' }),
        on(Owned, {
          keysOf: ({ data }) => [{ id: data.counter }],
          apply: (row, { data, position }, { id }) => ({
            ...(row ?? { id, ...none }),
            owner: data.name,
            position,
          }),
        }),
      ]),
    ],
  })
