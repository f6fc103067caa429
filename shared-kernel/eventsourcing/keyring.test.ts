import { randomBytes } from 'node:crypto'
import { startTestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeyDestroyed, KeyMissing, type Keyring } from './keyring.ts'
import { createMemoryKeyring } from './keyring-in-memory.ts'
import { createPostgresKeyring, prepareKeyring } from './keyring-in-postgres.ts'

let server: Awaited<ReturnType<typeof startTestPostgres>>
let pool: pg.Pool
const masterKey = randomBytes(32)

beforeAll(async () => {
  server = await startTestPostgres()
  pool = new pg.Pool({ connectionString: await server.createDatabase('keyring') })
  // A pool's end does not wait for the server's goodbye, which arrives as an error.
  pool.on('error', () => undefined)
  await Promise.all([prepareKeyring(pool), prepareKeyring(pool), prepareKeyring(pool)])
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

const keyrings: readonly [string, () => Keyring][] = [
  ['in memory', createMemoryKeyring],
  ['in Postgres', () => createPostgresKeyring(pool, masterKey)],
]

describe.each(keyrings)('a keyring %s', (where, create) => {
  const subject = (n: number) => `person-${n}-${where}`

  it('makes a key once and gives the same one ever after', async () => {
    const keyring = create()
    const key = await keyring.create(subject(1))
    expect(key).toHaveLength(32)
    expect([...(await keyring.create(subject(1)))]).toEqual([...key])
    expect([...(await keyring.require(subject(1)))]).toEqual([...key])
    const found = await keyring.find([subject(1), 'nobody'])
    expect([...found.keys()]).toEqual([subject(1)])
  })

  it('makes one key when many ask for it at once', async () => {
    const keyring = create()
    const keys = await Promise.all(Array.from({ length: 20 }, () => keyring.create(subject(2))))
    expect(new Set(keys.map(key => Buffer.from(key).toString('hex'))).size).toBe(1)
  })

  it('forgets a destroyed key for good, also one that never was', async () => {
    const keyring = create()
    await keyring.create(subject(3))
    await keyring.destroy(subject(3))
    await keyring.destroy(subject(4))
    await keyring.destroy(subject(4))
    expect(await keyring.find([subject(3), subject(4)])).toEqual(
      new Map([
        [subject(3), 'destroyed'],
        [subject(4), 'destroyed'],
      ]),
    )
    await expect(keyring.create(subject(3))).rejects.toThrow(KeyDestroyed)
    await expect(keyring.require(subject(3))).rejects.toThrow(KeyDestroyed)
    await expect(keyring.create(subject(4))).rejects.toThrow(KeyDestroyed)
  })

  it('makes no key for a person whose key is missing, and does not take it for destroyed', async () => {
    const keyring = create()
    await expect(keyring.require(subject(5))).rejects.toThrow(KeyMissing)
    expect((await keyring.find([subject(5)])).has(subject(5))).toBe(false)
  })
})

describe('keys in Postgres', () => {
  it('are shared between processes, and lie there only wrapped', async () => {
    const key = await createPostgresKeyring(pool, masterKey).create('shared')
    const elsewhere = await createPostgresKeyring(pool, masterKey).create('shared')
    expect([...elsewhere]).toEqual([...key])
    const { rows } = await pool.query<{ wrapped: string }>(
      `select wrapped from keyring.keys where subject = 'shared'`,
    )
    expect(Buffer.from(rows[0]?.wrapped ?? '', 'base64').includes(Buffer.from(key))).toBe(false)
  })

  it('do not open under another master key', async () => {
    await createPostgresKeyring(pool, masterKey).create('guarded')
    const stranger = createPostgresKeyring(pool, randomBytes(32))
    await expect(stranger.require('guarded')).rejects.toThrow(KeyMissing)
    await expect(stranger.create('guarded')).rejects.toThrow(KeyMissing)
  })
})
