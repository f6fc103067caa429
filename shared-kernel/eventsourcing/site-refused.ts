// Why a process does not start on what it finds, in one sentence that says what to do.
import { StartRefused } from '../telemetry/run-process.ts'
import type { SiteRefusal } from './judge-site.ts'

/** How this process names to an operator where log and keyring are. */
export interface SitePlaces {
  readonly log: string
  readonly keyring: string
}

/** By the folders of `npm start`, where it has said them, else by the settings. */
export const placesFrom = (config: {
  readonly EVENTSTORE_FOLDER?: string | undefined
  readonly KEYRING_FOLDER?: string | undefined
}): SitePlaces => ({
  log: config.EVENTSTORE_FOLDER ?? 'that EVENTSTORE_URL names',
  keyring: config.KEYRING_FOLDER ?? 'that KEYRING_URL names',
})

const words: Readonly<Record<SiteRefusal, (places: SitePlaces) => string>> = {
  'wrong-master-key': () =>
    'MASTER_KEY is not the key that this site was founded with: set it to that key again, or leave it out where the file master.key of the data folder holds it.',
  'keyring-lost': ({ keyring }) =>
    `The keyring ${keyring} is empty, but the log holds people whose keys were in it: put the keyring back from its newest backup, for without it nobody can sign in and nothing they wrote can be read.`,
  'log-lost': ({ log, keyring }) =>
    `The event store ${log} does not hold the log that the keyring belongs to: put the log back from its newest backup, or, to begin a new site, remove the keyring ${keyring} too.`,
  'other-keyring': ({ keyring }) =>
    `The keyring ${keyring} belongs to another site than MASTER_KEY and the log: put this site's own back, from its backup if need be.`,
  'other-log': ({ log }) =>
    `The event store ${log} holds the log of another site than MASTER_KEY and the keyring: put this site's own back, from its backup if need be.`,
  'keyring-in-read-models': () =>
    'KEYRING_URL and DATABASE_URL name the same database: name one of its own for the keyring, which must be kept when the read models are thrown away.',
}

/** Log, keyring and master key don't belong together. */
export class SiteRefused extends StartRefused {
  override readonly name = 'SiteRefused'
  constructor(refusal: SiteRefusal, places: SitePlaces) {
    super(refusal, words[refusal](places))
  }
}
