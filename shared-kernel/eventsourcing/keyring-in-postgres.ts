// The keyring on disk: a Postgres table of keys, each wrapped by the master key. Not a read model: never rebuilt, backed up.
import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { type KeyOrMark, type Keyring, keyIn } from './keyring.ts'
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
    create table if not exists keyring.site (
      only_row boolean primary key default true check (only_row),
      site_id text not null,
      sealed_word text not null);
    commit`)
}

/** A keyring over `pool`; `masterKey` is 32 bytes and lives outside the database. */
export function createPostgresKeyring(pool: Pool, masterKey: Uint8Array): Keyring {
  const cache = new Map<string, { readonly key: Uint8Array; readonly until: number }>()
  /** Nothing for a key that this master key does not open: what can't be used is as good as missing. */
  const unwrap = (row: KeyRow): KeyOrMark | undefined => {
    if (row.wrapped === null) return 'destroyed'
    const key = opened(masterKey, row.wrapped, row.subject)
    if (!key) return undefined
    if (cache.size >= keyCacheSize) cache.delete(cache.keys().next().value as string)
    cache.set(row.subject, { key, until: performance.now() + keyCacheMilliseconds })
    return key
  }
  const cached = (subject: string) => {
    const entry = cache.get(subject)
    if (entry && entry.until > performance.now()) return entry.key
    cache.delete(subject)
    return undefined
  }
  const find: Keyring['find'] = async subjects => {
    const found = new Map<string, KeyOrMark>()
    const unknown: string[] = []
    for (const subject of new Set(subjects)) {
      const key = cached(subject)
      if (key) found.set(subject, key)
      else unknown.push(subject)
    }
    if (unknown.length === 0) return found
    const { rows } = await pool.query<KeyRow>({
      name: 'keyring-find',
      text: 'select subject, wrapped from keyring.keys where subject = any($1)',
      values: [unknown],
    })
    for (const row of rows) {
      const key = unwrap(row)
      if (key) found.set(row.subject, key)
    }
    return found
  }
  return {
    find,
    create: async subject => {
      await pool.query({
        name: 'keyring-create',
        text: 'insert into keyring.keys (subject, wrapped) values ($1, $2) on conflict (subject) do nothing',
        values: [subject, seal(masterKey, randomBytes(32), subject)],
      })
      return keyIn(await find([subject]), subject)
    },
    require: async subject => keyIn(await find([subject]), subject),
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

function opened(masterKey: Uint8Array, wrapped: string, subject: string): Uint8Array | undefined {
  try {
    return open(masterKey, wrapped, subject)
  } catch {
    return undefined
  }
}
