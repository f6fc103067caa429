import type { AnyEvent } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counters, countersProjector, sums, unappliable } from '../testing/counters.ts'
import { given, recorded } from '../testing/projector-spec.ts'
import { applyStep, keysOf, type Rows, type Step, stepOf } from './fold.ts'
import type { Projector, TableFold } from './projector.ts'

const projector = countersProjector()
const counter = fc.constantFrom('a', 'b', 'c', 'd')
const fact = fc.oneof(
  fc.record({
    type: fc.constant('Added'),
    data: fc.record({ counter, by: fc.constantFrom(1, 2, 5, unappliable) }),
  }),
  fc.record({
    type: fc.constant('Transferred'),
    data: fc.record({ from: counter, to: counter, by: fc.integer({ min: 1, max: 9 }) }),
  }),
  fc.record({ type: fc.constant('Removed'), data: fc.record({ counter }) }),
  fc.record({ type: fc.constant('Ignored'), data: fc.constant({}) }),
)
const history = fc.array(fc.tuple(fact, fc.constantFrom('s-1', 's-2', 's-3')), { maxLength: 60 })

const eventsOf = (facts: readonly (readonly [{ type: string; data: object }, string])[]) =>
  facts.map(([one, streamName], n) =>
    recorded(one, { streamName, revision: n, position: BigInt(n + 1) }),
  )

/** As the engine does it: each page loads only the rows that it touches, from what the pages before left. */
function foldInPages(projector: Projector, pages: readonly (readonly AnyEvent[])[]) {
  const stored = new Map<TableFold, Rows>(projector.tables.map(fold => [fold, new Map()]))
  const blocked = new Set<string>()
  for (const page of pages) {
    const steps = page
      .map(event => stepOf(projector, { kind: 'event', event }))
      .filter((step): step is Step => step !== undefined)
    const rows = new Map<TableFold, Rows>()
    for (const [fold, keys] of keysOf(steps))
      rows.set(fold, new Map([...keys.keys()].map(text => [text, stored.get(fold)?.get(text)])))
    for (const step of steps) applyStep(projector, { rows, blocked }, step)
    for (const [fold, changed] of rows)
      for (const [text, row] of changed) stored.get(fold)?.set(text, row)
  }
  return projector.tables.map(fold =>
    [...(stored.get(fold)?.values() ?? [])].filter(row => row !== undefined),
  )
}

const byId = (rows: readonly object[]) =>
  [...rows].sort((a, b) => ((a as { id: string }).id < (b as { id: string }).id ? -1 : 1))

describe('folding', () => {
  it('comes to the same rows however the log is cut into pages', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(20)), (facts, cuts) => {
        const events = eventsOf(facts)
        const pages: AnyEvent[][] = []
        let rest = events
        for (const size of cuts) {
          pages.push(rest.slice(0, size))
          rest = rest.slice(size)
        }
        const [sumsInPages, countersInPages] = foldInPages(projector, [...pages, rest])
        const oneByOne = given(projector, ...events)
        expect(byId(countersInPages ?? [])).toEqual(byId(oneByOne.rows(counters)))
        expect(sumsInPages).toEqual(oneByOne.rows(sums))
      }),
      { numRuns: 300 },
    )
  })

  it('applies an event to all of its rows or, when one of them can not take it, to none', () => {
    const add = (by: number) => recorded({ type: 'Added', data: { counter: 'a', by } })
    const { parked, rows } = given(projector, add(1), add(unappliable))
    expect(parked).toMatchObject([{ reason: '13 can not be added' }])
    expect(rows(counters)).toMatchObject([{ id: 'a', total: 1 }])
    expect(rows(sums)).toEqual([{ id: 'all', events: 1 }])
  })

  it('parks what follows a parked event in its stream, and nothing else', () => {
    const add = (counter: string, by: number, streamName: string) =>
      recorded({ type: 'Added', data: { counter, by } }, { streamName })
    const events = [add('a', 13, 's-1'), add('a', 1, 's-1'), add('b', 1, 's-2')]
    const waiting = given(projector, ...events)
    expect(waiting.parked.map(({ reason }) => reason)).toEqual([
      '13 can not be added',
      'follows a parked event of its stream',
    ])
    expect(waiting.rows(counters)).toMatchObject([{ id: 'b' }])

    const single = given({ ...projector, parks: 'event' }, ...events)
    expect(single.parked).toHaveLength(1)
    expect(single.rows(counters)).toMatchObject([{ id: 'a', total: 1 }, { id: 'b' }])
  })

  it('refuses a row that was given the key of another', () => {
    const table = projector.tables.find(fold => fold.table === counters)
    const handler = table?.handlers.get('Added')
    if (!table || !handler) throw new Error('The projector has changed')
    const moved = {
      ...handler,
      apply: () => ({ id: 'elsewhere', total: 0, events: 0, owner: null, position: 1n }),
    }
    const wrong = {
      ...projector,
      tables: [{ table: counters, handlers: new Map([['Added', moved]]) }],
    }
    const { parked } = given(wrong, recorded({ type: 'Added', data: { counter: 'a', by: 1 } }))
    expect(parked).toMatchObject([{ reason: "A row of counters was given another row's key" }])
  })
})
