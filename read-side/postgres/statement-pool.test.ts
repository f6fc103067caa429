import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isOutage } from './outage.ts'
import { createStatementPool, type StatementPoolOptions, TooBusy } from './statement-pool.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startTestPostgres()
})

afterAll(() => server?.stop())

const poolOf = (options: Partial<StatementPoolOptions> = {}) =>
  createStatementPool({ connectionString: server.connectionString, ...options })

describe('a statement pool', () => {
  it('gives each of many questions on one connection its own answer', async () => {
    const pool = poolOf({ connections: 1 })
    const asked = Array.from({ length: 100 }, (_, index) =>
      index % 3 === 0
        ? pool.query<{ n: number }>('select $1::int as n', [index])
        : pool.query<{ n: number }>('select $1::int * 1 as n', [index]),
    )
    const answers = await Promise.all(asked)
    expect(answers.map(({ rows }) => rows[0]?.n)).toEqual(asked.map((_, index) => index))
    await pool.end()
  })

  it('prepares a statement once, and uses few connections', async () => {
    const pool = poolOf({ connections: 1 })
    for (let index = 0; index < 5; index += 1) await pool.query('select 1 as one', [])
    const { rows } = await pool.query<{ statements: number }>(
      "select count(*)::int as statements from pg_prepared_statements where statement = 'select 1 as one'",
      [],
    )
    expect(rows).toEqual([{ statements: 1 }])
    await pool.end()
  })

  it('lets one question fail without the others', async () => {
    const pool = poolOf({ connections: 1 })
    const [one, two, three] = await Promise.allSettled([
      pool.query('select 1', []),
      pool.query('select 1 / $1::int', [0]),
      pool.query('select 3', []),
    ])
    expect([one.status, two.status, three.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await pool.end()
  })

  it('gives up a question that takes too long, as an outage', async () => {
    const pool = poolOf({ statementTimeoutMilliseconds: 500 })
    const error = await pool.query('select pg_sleep(60)', []).catch((error: unknown) => error)
    expect(isOutage(error)).toBe(true)
    expect((await pool.query('select 1', [])).rows).toHaveLength(1)
    await pool.end()
  })

  it('takes no more questions than it could answer', async () => {
    const pool = poolOf({ connections: 1 })
    const settled = await Promise.allSettled(
      Array.from({ length: 300 }, () => pool.query('select 1', [])),
    )
    const refused = settled.flatMap(one => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toHaveLength(300 - 256)
    expect(refused.every(reason => reason instanceof TooBusy && isOutage(reason))).toBe(true)
    await pool.end()
  })

  it('connects again after its connection was ended from outside', async () => {
    const lost: Error[] = []
    const pool = poolOf({ connections: 1, onConnectionLost: error => lost.push(error) })
    const other = poolOf({ connections: 1 })
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid', [])
    const ended = pool.query('select pg_sleep(60)', []).catch((error: unknown) => error)
    await other.query('select pg_terminate_backend($1::int)', [rows[0]?.pid])
    expect(isOutage(await ended)).toBe(true)
    const again = await pool.query<{ pid: number }>('select pg_backend_pid() as pid', [])
    expect(again.rows[0]?.pid).not.toBe(rows[0]?.pid)
    await Promise.all([pool.end(), other.end()])
  })
})
