// Opens the site: makes sure, before anything is read or written, that log, keyring and master key belong together.
import type { Pool } from 'pg'
import { ourPrefixes } from '../events/streams.ts'
import { UserRegistered } from '../events/users.ts'
import type { EventStore } from './event-store.ts'
import { type Judgement, judgeSite, type KeyringFindings, type LogFindings } from './judge-site.ts'
import { prepareKeyring } from './keyring-in-postgres.ts'
import { adoptSite, findingsIn } from './keyring-site.ts'
import { moveEarlierKeyring } from './move-earlier-keyring.ts'
import { foundSite, newSiteIdentity, readSiteIdentity, type SiteIdentity } from './site-identity.ts'
import { type SitePlaces, SiteRefused } from './site-refused.ts'
import { followLog } from './subscription.ts'

export interface SiteParts {
  readonly store: EventStore
  readonly keyring: Pool
  readonly masterKey: Uint8Array
  readonly places: SitePlaces
  /** The read models' database, where earlier versions kept the keyring. */
  readonly readModels: Pool
}

const lookMilliseconds = 30_000

/** Whether the log holds an event of these streams, and of this type where one is named. */
async function holds(
  store: EventStore,
  prefixes: readonly string[],
  type?: string,
): Promise<boolean> {
  const signal = AbortSignal.timeout(lookMilliseconds)
  for await (const { events, caughtUp } of followLog(store, {
    from: undefined,
    prefixes,
    signal,
  })) {
    if (events.some(event => type === undefined || event.type === type)) return true
    if (caughtUp) return false
  }
  throw new Error('The event store does not tell what it holds')
}

async function look({ store, keyring, masterKey }: SiteParts) {
  const identity = await readSiteIdentity(store)
  const found: KeyringFindings = await findingsIn(keyring, masterKey)
  // Looked for only where it matters: an every-day start reads one event and one row.
  const bothFounded = identity !== undefined && found.identity !== undefined
  const log: LogFindings = {
    identity,
    isUsed: bothFounded || (await holds(store, ourPrefixes)),
    hasPeople: bothFounded || (await holds(store, ['user-'], UserRegistered.type)),
  }
  return judgeSite(log, found, masterKey)
}

/** Another process may found the site between our looks at the log and at the keyring: only a second look is believed. */
async function lookTwice(parts: SiteParts): Promise<Judgement> {
  const first = await look(parts)
  return first.kind === 'refused' ? look(parts) : first
}

/**
 * Gives the identity of the site that all parts belong to; founds the site where nobody was before. Any number of
 * processes may do so at once, and one that was killed half-way is finished by the next.
 * @throws SiteRefused when the parts don't belong together; anything else when one of them does not answer
 */
export async function openSite(parts: SiteParts): Promise<SiteIdentity> {
  const { store, keyring, masterKey, places } = parts
  await prepareKeyring(keyring)
  const readModelsAway = await moveEarlierKeyring(parts).catch((error: unknown) => {
    if (error instanceof SiteRefused) throw error
    return error
  })
  const judgement = await lookTwice(parts)
  // Without them a site that is whole goes on; for any other the keys may still lie there.
  if (readModelsAway && judgement.kind !== 'open') throw readModelsAway
  switch (judgement.kind) {
    case 'refused':
      throw new SiteRefused(judgement.refusal, places)
    case 'open':
      return judgement.identity
    case 'adopt':
      await adoptSite(keyring, judgement.identity)
      return openSite(parts)
    case 'found':
      // The log first: a keyring that names a site without a log would look like one whose log is lost.
      await adoptSite(keyring, await foundSite(store, newSiteIdentity(masterKey), new Date()))
      return openSite(parts)
  }
}
