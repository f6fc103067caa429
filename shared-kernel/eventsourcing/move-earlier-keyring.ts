// Moves the keys out of the read models' database, where earlier versions kept them, into a database of their own.
import { randomInt } from 'node:crypto'
import type { Pool } from 'pg'
import type { SiteParts } from './open-site.ts'
import { open } from './sealing.ts'
import { SiteRefused } from './site-refused.ts'

interface KeyRow {
  readonly subject: string
  readonly wrapped: string | null
  readonly created_at: Date
  readonly destroyed_at: Date | null
}

/**
 * Copies every key and every mark, then drops the old place: a copy left behind would outlive the key's destruction.
 * Broken off anywhere, it is finished by the next start.
 * @throws SiteRefused, before anything is changed, when the keys don't open under the master key, or when both are one
 *   database
 */
export async function moveEarlierKeyring(
  parts: Pick<SiteParts, 'readModels' | 'keyring' | 'masterKey' | 'places'>,
): Promise<void> {
  const { readModels, keyring, masterKey, places } = parts
  if (await isSameDatabase(readModels, keyring))
    throw new SiteRefused('keyring-in-read-models', places)
  if (!(await holdsKeys(readModels))) return
  const { rows } = await readModels.query<KeyRow>(
    'select subject, wrapped, created_at, destroyed_at from keyring.keys',
  )
  for (const { subject, wrapped } of rows)
    if (wrapped !== null && !opens(masterKey, wrapped, subject))
      throw new SiteRefused('wrong-master-key', places)
  await keyring.query(
    `insert into keyring.keys (subject, wrapped, created_at, destroyed_at)
     select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
     on conflict do nothing`,
    [
      rows.map(row => row.subject),
      rows.map(row => row.wrapped),
      rows.map(row => row.created_at),
      rows.map(row => row.destroyed_at),
    ],
  )
  await readModels.query('drop schema if exists keyring cascade')
}

async function holdsKeys(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ there: boolean }>(
    `select to_regclass('keyring.keys') is not null as there`,
  )
  return rows[0]?.there ?? false
}

/** By a lock, which only sessions in one database see of each other: names and addresses can be spelt in many ways. */
async function isSameDatabase(one: Pool, other: Pool): Promise<boolean> {
  const key = randomInt(2 ** 31)
  const client = await one.connect()
  try {
    await client.query('select pg_advisory_lock($1, 0)', [key])
    const { rows } = await other.query<{ free: boolean }>(
      'select pg_try_advisory_xact_lock($1, 0) as free',
      [key],
    )
    return rows[0]?.free === false
  } finally {
    // The session may outlive us in its pool, and the lock with it.
    await client.query('select pg_advisory_unlock_all()').catch(() => undefined)
    client.release()
  }
}

function opens(masterKey: Uint8Array, wrapped: string, subject: string): boolean {
  try {
    return open(masterKey, wrapped, subject).length > 0
  } catch {
    return false
  }
}
