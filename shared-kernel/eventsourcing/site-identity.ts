// Which site something belongs to: an id, and a word that only that site's master key opens.
import { randomUUID } from 'node:crypto'
import { SiteFounded } from '../events/site.ts'
import { siteStream } from '../events/streams.ts'
import type { EventStore } from './event-store.ts'
import { open, seal } from './sealing.ts'

/** As the log and the keyring each keep it. Read models keep the id alone. */
export interface SiteIdentity {
  readonly siteId: string
  readonly sealedWord: string
}

const word = Buffer.from('this master key is the right one')
const contextOf = (siteId: string): string => `site/${siteId}`

/** The identity of a site that is about to be founded under this master key. */
export function newSiteIdentity(
  masterKey: Uint8Array,
  siteId: string = randomUUID(),
): SiteIdentity {
  return { siteId, sealedWord: seal(masterKey, word, contextOf(siteId)) }
}

/** Whether this is the master key that the site was founded with. */
export function isFoundedUnder(
  { siteId, sealedWord }: SiteIdentity,
  masterKey: Uint8Array,
): boolean {
  try {
    return open(masterKey, sealedWord, contextOf(siteId)).equals(word)
  } catch {
    return false
  }
}

/**
 * The site that the log belongs to; undefined while it is not founded. An answer never changes for one log, so whoever
 * gets another id than before, or none after one, is looking at another log.
 * Throws when the store does not answer, or when what stands there is no founding.
 */
export async function readSiteIdentity(
  store: Pick<EventStore, 'read'>,
): Promise<SiteIdentity | undefined> {
  const [founding] = await store.read(siteStream)
  if (!founding) return undefined
  const parsed = SiteFounded.schema.safeParse(founding.data)
  if (founding.type !== SiteFounded.type || !parsed.success)
    throw new Error(`${siteStream} does not begin with a ${SiteFounded.type} that can be read`)
  return parsed.data
}

/** Writes the founding to the log. Gives the identity that stands there: another process may have been quicker. */
export async function foundSite(
  store: Pick<EventStore, 'read' | 'append'>,
  identity: SiteIdentity,
  at: Date,
): Promise<SiteIdentity> {
  const commandId = randomUUID()
  await store.append(siteStream, 'no_stream', [
    {
      id: randomUUID(),
      type: SiteFounded.type,
      schemaVersion: SiteFounded.version,
      data: { ...identity },
      metadata: {
        $correlationId: commandId,
        $causationId: commandId,
        actor: { kind: 'system', name: 'site founding' },
        commandId,
        occurredAt: at.toISOString(),
        schemaVersion: SiteFounded.version,
      },
    },
  ])
  const founded = await readSiteIdentity(store)
  if (!founded) throw new Error('The founding was appended but is not in the log')
  return founded
}
