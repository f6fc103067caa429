import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countersProjector, registry, unappliable } from '../testing/counters.ts'
import {
  createDatabase,
  startTestPostgres,
  type TestDatabase,
  type TestPostgres,
} from '../testing/database.ts'
import { type Observed, observe } from '../testing/observer.ts'
import { createScriptedLog, type ScriptedLog } from '../testing/scripted-log.ts'
import type { Projector } from './projector.ts'
import { type Runner, startRunner } from './runner.ts'

let server: TestPostgres
let database: TestDatabase
let log: ScriptedLog
let runners: Runner[]

beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(() => server.stop())
beforeEach(async () => {
  database = await createDatabase(server)
  log = createScriptedLog(10)
  runners = []
})
afterEach(async () => {
  await Promise.all(runners.map(runner => runner.stop()))
  await database.close()
})

function run(projector: Projector = countersProjector()): Observed & { readonly runner: Runner } {
  const observed = observe()
  const runner = startRunner({
    projectors: [projector],
    connectionString: database.connectionString,
    log: log.asLog,
    registry,
    keyring: log.keyring,
    observerOf: () => observed.observer,
    onFeedTrouble: () => undefined,
    gatherMilliseconds: 20,
  })
  runners.push(runner)
  return { ...observed, runner }
}

const added = (counter: string, by = 1) => ({ type: 'Added', data: { counter, by } })
const many = (count: number, counter = 'a') => Array.from({ length: count }, () => added(counter))
/** What readers see: rows, or that there is nothing to be seen. */
const shown = async () => {
  try {
    const rows = await database.query<{ id: string; total: number }>(
      'select id, total from counters.counters order by id',
    )
    return Object.fromEntries(rows.map(({ id, total }) => [id, total]))
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42P01') return 'nothing'
    throw error
  }
}
/** Asks for what is shown until it is this, and gives all that was shown on the way there. */
async function untilShown(wanted: object): Promise<unknown[]> {
  const seen: unknown[] = []
  await database.until('select', () => true)
  for (;;) {
    const now = await shown()
    seen.push(now)
    if (JSON.stringify(now) === JSON.stringify(wanted)) return seen
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
const whys = ({ rebuilds }: Observed) => rebuilds.map(({ why }) => why)

describe('a read model that is built from nothing', () => {
  it('is not shown before it is complete, and then whole', async () => {
    await log.append(...many(95))
    const observed = run()
    const seen = await untilShown({ a: 95 })
    expect(new Set(seen.map(one => JSON.stringify(one)))).toEqual(
      new Set([...(seen.length > 1 ? ['"nothing"'] : []), '{"a":95}']),
    )
    expect(observed.rebuilds).toEqual([{ why: 'never-built', goal: log.end(), siteId: undefined }])
  })

  it('of an empty log is complete at once', async () => {
    run()
    expect(await untilShown({})).not.toContainEqual({ a: 1 })
  })

  it('is not held up by an event that can not be applied', async () => {
    await log.append(added('a'), added('a', unappliable), added('b'))
    run()
    await untilShown({ a: 1, b: 1 })
    expect(await database.query('select reason from projections.parked')).toHaveLength(1)
  })

  it('goes on with it after a restart in the middle', async () => {
    await log.append(...many(5))
    const first = run()
    await database.until<{ position: string }>(
      'select position from projections.checkpoints',
      row => Number(row?.position) > 0,
    )
    await first.runner.stop()
    await database.query('delete from projections.live')
    const second = run()
    await database.until('select', () => second.rebuilds.length > 0)
    await untilShown({ a: 5 })
    expect(whys(second)).toEqual(['unfinished'])
  })
})

describe('a log that is not the one that rows were made from', () => {
  it('and ends before the checkpoint has them made anew', async () => {
    await log.append(...many(20))
    const { runner } = run()
    await untilShown({ a: 20 })
    await runner.stop()
    log.replaceByOlder(5)
    const again = run()
    await untilShown({ a: 5 })
    expect(whys(again)).toEqual(['beyond-the-end'])
    await log.append(added('b'))
    await untilShown({ a: 5, b: 1 })
  })

  it('and has grown past the checkpoint since is known by its events', async () => {
    await log.append(...many(20))
    const { runner } = run()
    await untilShown({ a: 20 })
    await runner.stop()
    log.replaceByOlder(5)
    await log.append(...many(40, 'b'))
    const again = run()
    await untilShown({ a: 5, b: 40 })
    expect(whys(again)).toEqual(['another-history'])
  })

  it.each([0, 40])(
    'is noticed when it takes the place of one that is being read (%i more)',
    async more => {
      await log.append(...many(20))
      const observed = run()
      await untilShown({ a: 20 })
      log.replaceByOlder(5)
      await log.append(...many(more, 'b'))
      await untilShown(more > 0 ? { a: 5, b: more } : { a: 5 })
      expect(whys(observed)).toEqual([
        'never-built',
        more > 0 ? 'another-history' : 'beyond-the-end',
      ])
    },
  )

  it("but another site's is known by its name, if by nothing else", async () => {
    log.found('site-1')
    await log.append(...many(5))
    const { runner } = run()
    await untilShown({ a: 5 })
    await runner.stop()
    log.found('site-2')
    const again = run()
    await database.until('select', () => again.rebuilds.length > 0)
    await untilShown({ a: 5 })
    expect(whys(again)).toEqual(['another-site'])
    expect(await database.query('select site from projections.checkpoints')).toEqual([
      { site: 'site-2' },
    ])
  })

  it('has an older version shown no more that nobody makes anew', async () => {
    await log.append(...many(20))
    const { runner } = run()
    await untilShown({ a: 20 })
    await runner.stop()
    log.replaceByOlder(5)
    run(countersProjector('counters', 2))
    await untilShown({ a: 5 })
    expect(await database.query('select version from projections.live')).toEqual([{ version: 2 }])
  })
})

describe('the same log', () => {
  it('is gone on with after the store was away, also where only skipped events came last', async () => {
    await log.append(...many(5))
    const observed = run()
    await untilShown({ a: 5 })
    log.skip(1_000n)
    await database.reached('counters', log.end())
    log.cutOff()
    await log.append(...many(5))
    await untilShown({ a: 10 })
    await observed.runner.stop()
    const again = run()
    await log.append(added('b'))
    await untilShown({ a: 10, b: 1 })
    expect([...whys(observed), ...whys(again)]).toEqual(['never-built'])
  })

  it('is given its name once it has one', async () => {
    run()
    await untilShown({})
    log.found('site-1')
    await database.until<{ site: string | null }>(
      'select site from projections.checkpoints',
      row => row?.site === 'site-1',
    )
  })
})

describe('a read model that is lost while it is kept', () => {
  it.each([
    ['a table is emptied', 'truncate counters_1.counters'],
    ['all tables are emptied', 'truncate counters_1.counters, counters_1.sums'],
    ['a table is dropped', 'drop table counters_1.sums cascade'],
    ['its schema is dropped', 'drop schema counters_1 cascade'],
    ['its checkpoint is gone', 'truncate projections.checkpoints'],
    ['the bookkeeping is dropped', 'drop schema projections cascade'],
    ['everything is dropped', 'drop schema projections, counters, counters_1 cascade'],
  ])('comes back by itself, and is never half there, when %s', async (_what, sql) => {
    await log.append(...many(45))
    run()
    await untilShown({ a: 45 })
    await database.query(sql)
    const seen: unknown[] = []
    await log.append(added('b'))
    seen.push(...(await untilShown({ a: 45, b: 1 })))
    const whole = new Set(['"nothing"', '{"a":45}', '{"a":45,"b":1}'])
    expect(seen.map(one => JSON.stringify(one)).filter(one => !whole.has(one))).toEqual([])
  })

  it.each([
    ['its views are dropped', 'drop schema counters cascade'],
    ['what is shown is forgotten', 'truncate projections.live'],
  ])('shows again what is still there when %s', async (_what, sql) => {
    await log.append(...many(5))
    const observed = run()
    await untilShown({ a: 5 })
    await database.query(sql)
    await database.until<{ shown: boolean }>(
      "select to_regclass('counters.counters') is not null and exists (select from projections.live) as shown",
      row => row?.shown === true,
    )
    expect(await shown()).toEqual({ a: 5 })
    expect(whys(observed)).not.toContain('rows-lost')
  })

  it('comes back when the whole database was dropped', async () => {
    await log.append(...many(5))
    run()
    await untilShown({ a: 5 })
    const name = new URL(database.connectionString).pathname.slice(1)
    const other = new URL(database.connectionString)
    other.pathname = '/postgres'
    const client = new pg.Client({ connectionString: other.href })
    await client.connect()
    await client.query(`drop database ${pg.escapeIdentifier(name)} with (force)`)
    await client.end()
    await database.until<{ total: number }>(
      'select total from counters.counters',
      row => row?.total === 5,
    )
  })
})
