// The PostgreSQL server that other rooms' tests use.
import { existsSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from './test-postgres.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(() => server.stop())

async function query(connectionString: string, sql: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('gives each caller a database of its own', async () => {
  const [one, two] = await Promise.all([server.createDatabase('one'), server.createDatabase('two')])
  await query(one, 'CREATE TABLE mine (n int)')
  await expect(query(two, 'SELECT * FROM mine')).rejects.toThrow(/does not exist/)
})

test('keeps what was committed over a kill, under the same connection string', async () => {
  const database = await server.createDatabase('killed')
  await query(database, 'CREATE TABLE kept AS SELECT 7 AS n')
  const pid = server.pid
  await server.kill()
  await expect(query(database, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/)
  await server.restart()
  expect(await query(database, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
  expect(server.pid).not.toBe(pid)
})

test('takes its folder with it', async () => {
  const other = await startTestPostgres()
  const [{ folder }] = (await query(
    other.connectionString,
    "SELECT current_setting('data_directory') AS folder",
  )) as [{ folder: string }]
  expect(existsSync(folder)).toBe(true)
  await other.stop()
  expect(existsSync(folder)).toBe(false)
})
