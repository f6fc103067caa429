// Whether a log, a keyring and a master key belong together, and if not, which of them is the stranger. Pure.
import { isFoundedUnder, type SiteIdentity } from './site-identity.ts'

export type SiteRefusal =
  | 'wrong-master-key'
  | 'keyring-lost'
  | 'log-lost'
  | 'other-keyring'
  | 'other-log'
  | 'keyring-in-read-models'

export interface LogFindings {
  readonly identity: SiteIdentity | undefined
  /** Whether there is any event of ours. Need not be looked for where log and keyring both have an identity. */
  readonly isUsed: boolean
  /** Whether anybody ever registered. */
  readonly hasPeople: boolean
}

export interface KeyringFindings {
  readonly identity: SiteIdentity | undefined
  readonly hasKeys: boolean
  /** Whether the keys that were tried open under the master key; true where there is none. */
  readonly keysOpen: boolean
}

export type Judgement =
  /** All three belong together. */
  | { readonly kind: 'open'; readonly identity: SiteIdentity }
  /** The log is this site's, and the keyring has not heard of it yet: its founding was broken off in between. */
  | { readonly kind: 'adopt'; readonly identity: SiteIdentity }
  /** Nobody was here before, or an earlier version that founded no sites. */
  | { readonly kind: 'found' }
  | { readonly kind: 'refused'; readonly refusal: SiteRefusal }

const refused = (refusal: SiteRefusal): Judgement => ({ kind: 'refused', refusal })

export function judgeSite(
  log: LogFindings,
  keyring: KeyringFindings,
  masterKey: Uint8Array,
): Judgement {
  const opens = (identity: SiteIdentity) => isFoundedUnder(identity, masterKey)
  if (log.identity && keyring.identity) {
    const [opensLog, opensKeyring] = [opens(log.identity), opens(keyring.identity)]
    const same = log.identity.siteId === keyring.identity.siteId
    if (same && opensLog && opensKeyring) return { kind: 'open', identity: log.identity }
    if (opensLog) return refused('other-keyring')
    return refused(opensKeyring && !same ? 'other-log' : 'wrong-master-key')
  }
  if (log.identity) {
    if (!opens(log.identity)) return refused('wrong-master-key')
    if (!keyring.keysOpen) return refused('other-keyring')
    if (log.hasPeople && !keyring.hasKeys) return refused('keyring-lost')
    return { kind: 'adopt', identity: log.identity }
  }
  if (keyring.identity) return refused(opens(keyring.identity) ? 'log-lost' : 'other-keyring')
  if (log.isUsed) {
    if (!keyring.keysOpen) return refused('wrong-master-key')
    return log.hasPeople && !keyring.hasKeys ? refused('keyring-lost') : { kind: 'found' }
  }
  if (!keyring.hasKeys) return { kind: 'found' }
  return refused(keyring.keysOpen ? 'log-lost' : 'other-keyring')
}
