// The keyring's side of a site's identity: one row beside the keys.
import pg, { type Pool } from 'pg'
import type { KeyringFindings } from './judge-site.ts'
import { open } from './sealing.ts'
import type { SiteIdentity } from './site-identity.ts'
import { type SitePlaces, SiteRefused } from './site-refused.ts'

const undefinedTable = '42P01'

interface SiteRow {
  readonly site_id: string
  readonly sealed_word: string
}

// Keys of one keyring are all wrapped under one master key: a few tell.
const keysTried = 20

/** What the keyring says of the site it belongs to. */
export async function findingsIn(pool: Pool, masterKey: Uint8Array): Promise<KeyringFindings> {
  const { rows: sites } = await pool.query<SiteRow>('select site_id, sealed_word from keyring.site')
  const { rows: keys } = await pool.query<{ subject: string; wrapped: string | null }>(
    'select subject, wrapped from keyring.keys order by wrapped is null, created_at limit $1',
    [keysTried],
  )
  const [site] = sites
  return {
    identity: site && { siteId: site.site_id, sealedWord: site.sealed_word },
    hasKeys: keys.length > 0,
    keysOpen: keys.every(({ subject, wrapped }) => {
      if (wrapped === null) return true
      try {
        return open(masterKey, wrapped, subject).length > 0
      } catch {
        return false
      }
    }),
  }
}

/**
 * Makes sure that the keyring is still that site's. One that is away says nothing of that, and holds up nobody who
 * needs no key.
 * @throws SiteRefused
 */
export async function requireKeyringOf(
  { siteId }: SiteIdentity,
  pool: Pool,
  places: SitePlaces,
): Promise<void> {
  try {
    const { rows } = await pool.query<SiteRow>('select site_id, sealed_word from keyring.site')
    if (!rows[0]) throw new SiteRefused('keyring-lost', places)
    if (rows[0].site_id !== siteId) throw new SiteRefused('other-keyring', places)
  } catch (error) {
    if (error instanceof SiteRefused) throw error
    if (error instanceof pg.DatabaseError && error.code === undefinedTable)
      throw new SiteRefused('keyring-lost', places)
  }
}

/** Writes down which site the keyring belongs to, unless that stands there already. */
export async function adoptSite(pool: Pool, { siteId, sealedWord }: SiteIdentity): Promise<void> {
  await pool.query(
    'insert into keyring.site (site_id, sealed_word) values ($1, $2) on conflict do nothing',
    [siteId, sealedWord],
  )
}
