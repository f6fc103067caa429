import { KeyMissing } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countersProjector, registry, unappliable } from '../testing/counters.ts'
import {
  createDatabase,
  listen,
  startTestPostgres,
  type TestDatabase,
  type TestPostgres,
} from '../testing/database.ts'
import { type Observed, observe } from '../testing/observer.ts'
import { createScriptedLog, type ScriptedLog } from '../testing/scripted-log.ts'
import { takeOver } from './checkpoint.ts'
import type { Projector } from './projector.ts'
import { differingRows, rebuildInto } from './rebuild.ts'
import { type Runner, type RunnerOptions, startRunner } from './runner.ts'

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

const counters = countersProjector()

/** Starts a process' worth of projectors; gives what each of them tells. */
function run(
  projectors: readonly Projector[] = [counters],
  options: Partial<RunnerOptions> = {},
): { readonly runner: Runner; readonly observed: readonly Observed[] } {
  const observed = projectors.map(observe)
  const runner = startRunner({
    projectors,
    connectionString: database.connectionString,
    log: log.asLog,
    registry,
    keyring: log.keyring,
    observerOf: projector =>
      observed[projectors.indexOf(projector)]?.observer ?? observe().observer,
    onFeedTrouble: () => undefined,
    gatherMilliseconds: 20,
    ...options,
  })
  runners.push(runner)
  return { runner, observed }
}

const added = (counter: string, by = 1, streamName?: string) => ({
  type: 'Added',
  data: { counter, by },
  ...(streamName && { streamName }),
})
const many = (count: number, counter = 'a') => Array.from({ length: count }, () => added(counter))
const total = async (counter: string) =>
  (
    await database.query<{ total: number }>('select total from counters.counters where id = $1', [
      counter,
    ])
  )[0]?.total
const parked = () =>
  database.query<{ reason: string; stream_name: string }>(
    'select reason, stream_name from projections.parked order by position',
  )
const killWorkers = () =>
  database.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'projector %'",
  )

describe('a projector', () => {
  it('projects history, goes on live, and tells each checkpoint to those who wait', async () => {
    await log.append(...many(25))
    run()
    await database.reached('counters', log.end())
    expect(await total('a')).toBe(25)
    const { told, close } = await listen(database.connectionString)
    await log.append(added('a'))
    await database.reached('counters', log.end())
    expect(await total('a')).toBe(26)
    await database.until('select', () => told.length > 0)
    await close()
    expect(told).toEqual([{ projector: 'counters', version: 1, position: String(log.end()) }])
  })

  it('moves its checkpoint over what is none of its own: other types, unknown ones, other streams', async () => {
    run()
    await log.append({ type: 'Ignored', data: {} }, { type: 'NeverHeardOf', data: {} })
    await database.reached('counters', log.end())
    log.skip()
    await database.reached('counters', log.end())
    expect(await parked()).toEqual([])
    expect(await database.query('select events from projections.checkpoints')).toEqual([
      { events: '0' },
    ])
  })

  it('goes on after a restart where it was', async () => {
    await log.append(...many(15))
    const { runner } = run()
    await database.reached('counters', log.end())
    await runner.stop()
    await log.append(...many(15))
    const { observed } = run()
    await database.reached('counters', log.end())
    expect(await total('a')).toBe(30)
    const again = () => observed[0]?.applied.reduce((events, page) => events + page.events, 0) ?? 0
    await database.until('select', () => again() >= 15)
    expect(again()).toBe(15)
  })

  it('shows what it can of a person who was forgotten', async () => {
    const owned = (counter: string, name: string) => ({
      type: 'Owned',
      data: { counter, ownerId: `owner-${counter}`, name },
    })
    await log.append(owned('a', 'Ada'), owned('b', 'Bo'))
    await log.keyring.destroy('owner-a')
    run()
    await database.reached('counters', log.end())
    expect(await database.query('select id, owner from counters.counters order by id')).toEqual([
      { id: 'a', owner: null },
      { id: 'b', owner: 'Bo' },
    ])
  })
})

describe('an event that is sealed under a lost key', () => {
  const owned = { type: 'Owned', data: { counter: 'a', ownerId: 'lost', name: 'Ada' } }

  it('stops the projector, which tries again until the key is back and neither parks nor forgets', async () => {
    await log.append(added('a'), owned, added('a'))
    const key = await log.keyring.require('lost')
    log.keyring.lose('lost')
    const other = countersProjector('others')
    const { observed } = run([counters, { ...other, handles: new Set(['Added']) }])
    await database.until('select', () => (observed[0]?.troubles.length ?? 0) > 2)
    expect(observed[0]?.troubles.at(-1)).toBeInstanceOf(KeyMissing)
    expect(await parked()).toEqual([])
    expect(await database.query('select owner from counters_1.counters')).toEqual([])
    // Another projector, which does not need that event, goes on.
    await database.reached('others', log.end())
    log.keyring.restore('lost', key)
    await database.reached('counters', log.end())
    expect(await database.query('select total, owner from counters.counters')).toEqual([
      { total: 2, owner: 'Ada' },
    ])
  })

  it('stops a rebuild', async () => {
    await log.append(owned)
    log.keyring.lose('lost')
    const rebuild = rebuildInto({
      projector: counters,
      schema: 'again',
      connectionString: database.connectionString,
      follow: log.follow,
      registry,
      keyring: log.keyring,
      signal: new AbortController().signal,
    })
    await expect(rebuild).rejects.toThrow(KeyMissing)
  })
})

describe('trouble in an event', () => {
  it('parks it, and what follows it in its stream also after a restart, and nothing else', async () => {
    await log.append(added('a', 1, 's-1'), added('a', unappliable, 's-1'), added('a', 2, 's-2'))
    const { runner } = run()
    await database.reached('counters', log.end())
    await runner.stop()
    await log.append(added('a', 4, 's-1'), added('a', 8, 's-2'))
    run()
    await database.reached('counters', log.end())
    expect(await total('a')).toBe(11)
    expect(await parked()).toEqual([
      { stream_name: 's-1', reason: '13 can not be added' },
      { stream_name: 's-1', reason: 'follows a parked event of its stream' },
    ])
  })

  it('parks exactly those that Postgres refuses, however many there are in a page', async () => {
    const own = (counter: string, name: string) => ({
      type: 'Owned',
      data: { counter, ownerId: counter, name },
    })
    // The owner is unique: the second one of a name breaks the index. 2^40 is no 32-bit number.
    await log.append(
      ...[own('a', 'Ada'), added('a', 1), own('b', 'Ada'), added('b', 1)],
      ...[added('c', 2 ** 40), added('c', 1), added('a', 2), own('c', 'Cy'), added('d\0', 1)],
    )
    const { observed } = run()
    await database.reached('counters', log.end())
    expect((await parked()).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('unique'),
      expect.stringContaining('integer'),
      expect.stringContaining('invalid byte sequence'),
    ])
    const rows = await database.query('select id, total, owner from counters.counters order by id')
    expect(rows).toEqual([
      { id: 'a', total: 3, owner: 'Ada' },
      { id: 'b', total: 1, owner: null },
      { id: 'c', total: 1, owner: 'Cy' },
    ])
    expect(observed[0]?.troubles).toEqual([])
  })

  it('stops a rebuild at the first event that can not be applied', async () => {
    await log.append(added('a', 1), added('a', unappliable), added('a', 1))
    const rebuilding = rebuildInto({
      projector: counters,
      schema: 'rebuilt',
      connectionString: database.connectionString,
      follow: log.follow,
      registry,
      keyring: log.keyring,
      signal: new AbortController().signal,
    })
    await expect(rebuilding).rejects.toThrow('stopped at Added')
  })
})

describe('a new version', () => {
  const second = countersProjector('counters', 2)

  it('warms up beside the old one and is shown once it has caught up', async () => {
    await log.append(...many(35))
    run()
    await database.reached('counters', log.end())
    const { observed } = run([second])
    await database.until<{ version: number }>(
      'select version from projections.live',
      row => row?.version === 2,
    )
    // It is shown a moment before it is told.
    await database.until('select', () => observed[0]?.wentLive.at(-1)?.kind === 'live')
    expect(await total('a')).toBe(35)
    await database.query("delete from counters_2.counters where id = 'a'")
    expect(await total('a')).toBe(undefined)
  })

  it('is not shown, and stops, when an event can not be applied', async () => {
    await log.append(added('a', 1), added('a', unappliable))
    run()
    await database.reached('counters', log.end())
    const { observed } = run([second])
    expect((await observed[0]?.stopped)?.message).toContain('13 can not be added')
    expect(await database.query('select version from projections.live')).toEqual([{ version: 1 }])
  })

  it('is not shown while it has other rows than the old one at the same place', async () => {
    await log.append(...many(3))
    const { runner } = run()
    await database.reached('counters', log.end())
    await runner.stop()
    await database.query(
      "insert into counters_1.counters (id, total, events, position) values ('lost', 1, 1, 1)",
    )
    const { observed } = run([second])
    await database.reached('counters', log.end(), 2)
    await log.append(...many(1))
    await database.reached('counters', log.end(), 2)
    const different = { table: 'counters', rows: 1, rowsShown: 2 }
    expect(observed[0]?.wentLive[0]).toEqual({ kind: 'different', tables: [different] })
    expect(await total('lost')).toBe(1)
  })
})

describe('workers', () => {
  it('one leads, the other stands by, and takes over when the first is cut off', async () => {
    await log.append(...many(5))
    const first = run()
    await database.reached('counters', log.end())
    const second = run()
    await database.until('select', () => second.observed[0]?.states.includes('standby') ?? false)
    await log.append(...many(5))
    await database.reached('counters', log.end())
    expect(second.observed[0]?.applied).toEqual([])
    await first.runner.stop()
    await log.append(...many(5))
    await database.reached('counters', log.end())
    expect(await total('a')).toBe(15)
    expect(second.observed[0]?.states).toEqual(['connecting', 'standby', 'active'])
    expect(await database.query('select fence from projections.checkpoints')).toEqual([
      { fence: '2' },
    ])
  })

  it('one that was fenced off steps down without having written, and may lead again', async () => {
    const { observed } = run()
    await log.append(...many(5))
    await database.reached('counters', log.end())
    const usurper = new pg.Client({ connectionString: database.connectionString })
    await usurper.connect()
    await takeOver(usurper, { name: 'counters', version: 1 })
    await usurper.end()
    await log.append(...many(5))
    await database.reached('counters', log.end())
    expect(observed[0]?.troubles).toMatchObject([{ name: 'LeadershipLost' }])
    expect(await total('a')).toBe(10)
  })

  it('apply every event exactly once, however often their connections are killed', async () => {
    run()
    run()
    for (let round = 0; round < 20; round++) {
      await log.append(...many(20, `c-${round % 3}`))
      await killWorkers()
    }
    await database.reached('counters', log.end())
    expect(await database.query('select sum(total)::int as total from counters.counters')).toEqual([
      { total: 400 },
    ])
    expect(await database.query('select events from projections.checkpoints')).toEqual([
      { events: '400' },
    ])
    expect(await parked()).toEqual([])
    const options = { connectionString: database.connectionString, follow: log.follow, registry }
    const { signal } = new AbortController()
    await rebuildInto({
      ...options,
      projector: counters,
      schema: 'again',
      keyring: log.keyring,
      signal,
    })
    const client = new pg.Client({ connectionString: database.connectionString })
    await client.connect()
    const differing = await differingRows(client, counters, 'again', 'counters_1')
    await client.end()
    expect(differing).toEqual({ counters: 0, sums: 0 })
  })

  it('go on after Postgres was killed in the middle, without a loss or a repetition', async () => {
    run()
    await log.append(...many(20))
    await database.reached('counters', log.end())
    await log.append(...many(20))
    await server.kill()
    await log.append(...many(20))
    await server.restart()
    await database.reached('counters', log.end())
    expect(await total('a')).toBe(60)
  })
})

describe('several projectors', () => {
  const other = countersProjector('others')

  it('share one reading of the log', async () => {
    await log.append(...many(25))
    run([counters, other], { gatherMilliseconds: 10_000 })
    await database.reached('counters', log.end())
    await database.reached('others', log.end())
    expect(log.readers()).toBe(1)
  })

  it('do not wait for one that is stuck, which catches up by itself and joins again', async () => {
    run([counters, other], { patienceMilliseconds: 50 })
    await log.append(added('a'))
    await database.reached('counters', log.end())
    await database.reached('others', log.end())
    const stuck = new pg.Client({ connectionString: database.connectionString })
    await stuck.connect()
    await stuck.query('begin; lock table others_1.counters in access exclusive mode')
    for (let page = 0; page < 10; page++) {
      await log.append(...many(10))
      await database.reached('counters', log.end())
    }
    await stuck.query('rollback')
    await stuck.end()
    await database.reached('others', log.end())
    expect(await database.query("select total from others.counters where id = 'a'")).toEqual([
      { total: 101 },
    ])
    expect(await total('a')).toBe(101)
  })
})
