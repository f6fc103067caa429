import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { counters, countersProjector, sums, unappliable } from '../testing/counters.ts'
import {
  createDatabase,
  listen,
  startTestPostgres,
  type TestDatabase,
  type TestPostgres,
} from '../testing/database.ts'
import { recorded } from '../testing/projector-spec.ts'
import { applyPage, createWriter, skipTo, type Writer } from './apply-page.ts'
import { type Held, takeOver } from './checkpoint.ts'
import { floats, nullable, text, texts, timestamp } from './column.ts'
import { LeadershipLost, liesInTheData, ProjectionStopped } from './failures.ts'
import { type Step, stepOf } from './fold.ts'
import { schemaOf } from './projector.ts'
import { prepareEngine, prepareTables } from './schema.ts'
import { defineTable } from './table.ts'
import { statementsOf } from './table-statements.ts'

const projector = countersProjector()
const target = { name: projector.name, version: 1, schema: schemaOf(projector) }
const parking = { blocked: new Set<string>(), onFailure: 'park' } as const

let server: TestPostgres
let database: TestDatabase
let client: pg.Client
let writer: Writer
let held: Held

beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(() => server.stop())
beforeEach(async () => {
  database = await createDatabase(server)
  client = new pg.Client({ connectionString: database.connectionString, pipeline: true })
  client.on('error', () => undefined)
  await client.connect()
  await prepareEngine(client)
  await prepareTables(client, projector, target)
  writer = createWriter(client, projector, target)
  held = await takeOver(client, target)
})
afterEach(async () => {
  await client.end().catch(() => undefined)
  await database.close()
})

const add = (counter: string, by: number, streamName = 's-1'): Step => {
  const event = recorded({ type: 'Added', data: { counter, by } }, { streamName })
  return stepOf(projector, { kind: 'event', event }) as Step
}
const remove = (counter: string): Step =>
  stepOf(projector, {
    kind: 'event',
    event: recorded({ type: 'Removed', data: { counter } }),
  }) as Step
const checkpoint = async () =>
  (
    await database.query<{ position: string; events: string }>(
      'select position, events from projections.checkpoints',
    )
  )[0]
const stored = () => database.query('select id, total, events from counters_1.counters order by id')

describe('a page', () => {
  it('writes each row once, moves the checkpoint, and tells of it', async () => {
    const { told, close } = await listen(database.connectionString)
    const steps = [add('a', 1), add('b', 2), add('a', 3)]
    const applied = await applyPage(writer, held, { steps, to: 30n }, parking)
    expect(applied).toMatchObject({ events: 3, parked: [], rows: 3 })
    expect(await stored()).toEqual([
      { id: 'a', total: 4, events: 2 },
      { id: 'b', total: 2, events: 1 },
    ])
    expect(await checkpoint()).toEqual({ position: '30', events: '3' })
    const again = { ...held, position: 30n }
    await applyPage(writer, again, { steps: [add('a', 1), remove('b')], to: 40n }, parking)
    expect(await stored()).toEqual([{ id: 'a', total: 5, events: 3 }])
    await skipTo(writer, { ...held, position: 40n }, 50n)
    await close()
    expect(told).toEqual(
      ['30', '40', '50'].map(position => ({ projector: 'counters', version: 1, position })),
    )
  })

  it('leaves nothing behind when its connection dies between load and commit', async () => {
    await applyPage(writer, held, { steps: [add('a', 1)], to: 10n }, parking)
    const blocker = new pg.Client({ connectionString: database.connectionString })
    await blocker.connect()
    await blocker.query('begin; lock table counters_1.counters in share mode')
    const work = { steps: [add('a', 1), add('b', 1)], to: 20n }
    const failing = applyPage(writer, { ...held, position: 10n }, work, parking).catch(
      error => error,
    )
    // The share lock lets the page load its rows and stops it where it writes them.
    await database.until<{ pid: number }>(
      `select pid from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into "counters_1"%'`,
      row => row !== undefined,
    )
    await blocker.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'`,
    )
    await blocker.query('commit')
    await blocker.end()
    expect(await failing).toBeInstanceOf(Error)
    expect(await checkpoint()).toEqual({ position: '10', events: '1' })
    expect(await stored()).toEqual([{ id: 'a', total: 1, events: 1 }])
  })

  it('is refused whole when another worker has moved the checkpoint', async () => {
    await applyPage(writer, held, { steps: [add('a', 1)], to: 10n }, parking)
    const late = applyPage(writer, held, { steps: [add('a', 1)], to: 10n }, parking)
    await expect(late).rejects.toBeInstanceOf(LeadershipLost)
    await expect(skipTo(writer, held, 20n)).rejects.toBeInstanceOf(LeadershipLost)
    expect(await stored()).toEqual([{ id: 'a', total: 1, events: 1 }])
  })

  it('is refused whole when another worker has taken over, even at the same position', async () => {
    await takeOver(client, target)
    const stale = applyPage(writer, held, { steps: [add('a', 1)], to: 10n }, parking)
    await expect(stale).rejects.toBeInstanceOf(LeadershipLost)
    expect(await stored()).toEqual([])
    expect(await checkpoint()).toEqual({ position: '0', events: '0' })
  })

  it('parks with its rows and checkpoint, or stops with nothing written, as the policy has it', async () => {
    const steps = [add('a', 1, 's-1'), add('b', unappliable, 's-2'), add('c', 1, 's-2')]
    const stopping = applyPage(writer, held, { steps, to: 30n }, { ...parking, onFailure: 'stop' })
    await expect(stopping).rejects.toBeInstanceOf(ProjectionStopped)
    await expect(stopping).rejects.toThrow(/Added \(revision 0 of s-2, position 1\): 13 can not/)
    expect(await stored()).toEqual([])

    await applyPage(writer, held, { steps, to: 30n }, parking)
    expect(await stored()).toMatchObject([{ id: 'a' }])
    expect(
      await database.query('select stream_name, reason from projections.parked order by reason'),
    ).toMatchObject([{ reason: '13 can not be added' }])
  })

  it('tells what lies in the data from what may pass', async () => {
    const tooLarge = applyPage(writer, held, { steps: [add('a', 2 ** 40)], to: 1n }, parking)
    expect(liesInTheData(await tooLarge.catch(error => error))).toBe(true)
    const nul = applyPage(writer, held, { steps: [add('a\0b', 1)], to: 1n }, parking)
    expect(liesInTheData(await nul.catch(error => error))).toBe(true)
    await client.end()
    const closed = applyPage(writer, held, { steps: [add('a', 1)], to: 1n }, parking)
    expect(liesInTheData(await closed.catch(error => error))).toBe(false)
  })
})

describe('the statements of a table', () => {
  const odd = defineTable('odd "table"', {
    columns: { id: text, at: timestamp, words: texts, numbers: floats, note: nullable(text) },
    primaryKey: ['id', 'at'],
  })
  it('bring every value back as it was, however odd', async () => {
    const statements = statementsOf('public', odd)
    await client.query(
      `create table public."odd ""table""" (id text, at timestamptz, words text[], numbers float8[], note text, primary key (id, at))`,
    )
    const at = new Date('2026-11-23T04:05:06.789Z')
    const texts = [
      '',
      ' ',
      'NULL',
      'null',
      '{}',
      '{"a"}',
      'a"b\\c',
      ',',
      'ÖÄ 漢字 🪙',
      "'; drop --",
      '\n\t',
    ]
    const rows = texts.map(id => ({
      id,
      at,
      words: texts,
      numbers: [0, -0.1, 1e-300, 1.7976931348623157e308],
      note: id === '' ? null : id,
    }))
    await client.query(statements.upsert(rows))
    await client.query(statements.upsert(rows.slice(0, 3)))
    const { rows: loaded } = await client.query<unknown[]>(statements.load(rows))
    expect(new Map(loaded.map(statements.parse))).toEqual(
      new Map(rows.map(row => [`${row.id}\0${at.getTime()}`, row])),
    )
    await client.query(statements.remove(rows.slice(1)))
    expect(await database.query('select id from public."odd ""table"""')).toEqual([{ id: '' }])
  })

  it('refuse a value that is missing or is none of its column', () => {
    const statements = statementsOf('public', odd)
    const row = { id: 'a', at: new Date(), words: [], numbers: [], note: null }
    expect(() => statements.upsert([{ ...row, at: new Date(Number.NaN) }])).toThrow('Column at')
    expect(() => statements.upsert([{ ...row, words: undefined }])).toThrow('lacks its value')
    expect(() => statements.upsert([{ ...row, id: null }])).toThrow('lacks its value')
  })
})

describe('the tables', () => {
  it('are made once by many workers at once, and refuse another declaration of the same version', async () => {
    const fresh = await createDatabase(server)
    const workers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const worker = new pg.Client({ connectionString: fresh.connectionString })
        await worker.connect()
        return worker
      }),
    )
    try {
      const prepared = workers.map(async worker => {
        await prepareEngine(worker)
        await prepareTables(worker, projector, target)
      })
      await Promise.all(prepared)
      const changed = {
        ...projector,
        tables: projector.tables.filter(({ table }) => table === sums),
      }
      const [worker] = workers
      if (!worker) throw new Error('There are no workers')
      await expect(prepareTables(worker, changed, target)).rejects.toThrow('raise its version')
      expect(counters.indexes).toHaveLength(1)
      const indexes = await fresh.query(
        "select indexname from pg_indexes where schemaname = 'counters_1' and indexname = 'counters_owner'",
      )
      expect(indexes).toHaveLength(1)
    } finally {
      await Promise.all(workers.map(worker => worker.end()))
      await fresh.close()
    }
  })
})
