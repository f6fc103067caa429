// The keyring on disk: a Postgres table of keys, each wrapped by the master key. Not a read model: never rebuilt, backed up.
import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { KeyDestroyed, type Keyring } from './keyring.ts'
import { open, seal } from './sealing.ts'

interface KeyRow {
  readonly subject: string
  readonly wrapped: string | null
}

/** How long a key may be used after another process destroyed it. Erasure waits this long before it reports done. */
export const keyCacheMilliseconds = 30_000
const keyCacheSize = 20_000

/** Creates what the keyring needs; safe to run from several processes at once and again. */
export async function prepareKeyring(pool: Pool): Promise<void> {
  // The lock makes concurrent starts wait: "if not exists" alone can collide on the catalogue's unique index.
  await pool.query(`begin; select pg_advisory_xact_lock(hashtext('cryptotalks keyring'));
    create schema if not exists keyring;
    create table if not exists keyring.keys (
      subject text primary key,
      wrapped text,
      created_at timestamptz not null default now(),
      destroyed_at timestamptz,
      check ((wrapped is null) = (destroyed_at is not null)));
    commit`)
}

/** A keyring over `pool`; `masterKey` is 32 bytes and lives outside the database. */
export function createPostgresKeyring(pool: Pool, masterKey: Uint8Array): Keyring {
  const cache = new Map<string, { readonly key: Uint8Array; readonly until: number }>()
  const unwrap = (row: KeyRow) => {
    if (row.wrapped === null) return undefined
    const key = open(masterKey, row.wrapped, row.subject)
    if (cache.size >= keyCacheSize) cache.delete(cache.keys().next().value as string)
    cache.set(row.subject, { key, until: Date.now() + keyCacheMilliseconds })
    return key
  }
  const cached = (subject: string) => {
    const entry = cache.get(subject)
    if (entry && entry.until > Date.now()) return entry.key
    cache.delete(subject)
    return undefined
  }
  const find: Keyring['find'] = async subjects => {
    const found = new Map<string, Uint8Array>()
    const missing: string[] = []
    for (const subject of new Set(subjects)) {
      const key = cached(subject)
      if (key) found.set(subject, key)
      else missing.push(subject)
    }
    if (missing.length === 0) return found
    const { rows } = await pool.query<KeyRow>({
      name: 'keyring-find',
      text: 'select subject, wrapped from keyring.keys where subject = any($1)',
      values: [missing],
    })
    for (const row of rows) {
      const key = unwrap(row)
      if (key) found.set(row.subject, key)
    }
    return found
  }
  return {
    find,
    obtain: async subject => {
      const known = cached(subject)
      if (known) return known
      const { rows } = await pool.query<KeyRow>({
        name: 'keyring-obtain',
        text: `with made as (
            insert into keyring.keys (subject, wrapped) values ($1, $2)
            on conflict (subject) do nothing returning subject, wrapped)
          select subject, wrapped from made
          union all select subject, wrapped from keyring.keys where subject = $1 limit 1`,
        values: [subject, seal(masterKey, randomBytes(32), subject)],
      })
      // Nothing comes back when another process inserted between the statement's snapshot and its insert.
      const key = rows[0] ? unwrap(rows[0]) : (await find([subject])).get(subject)
      if (!key) throw new KeyDestroyed(subject)
      return key
    },
    destroy: async subject => {
      await pool.query(
        `insert into keyring.keys (subject, wrapped, destroyed_at) values ($1, null, now())
         on conflict (subject) do update set wrapped = null, destroyed_at = coalesce(keyring.keys.destroyed_at, now())`,
        [subject],
      )
      cache.delete(subject)
    },
  }
}
