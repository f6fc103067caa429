// The alarm for lost keys: whoever looks for one that is missing is counted, logged and shown until it is there again.
import type { Logger } from '../logging/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { KeyMissing, type Keyring } from './keyring.ts'

export interface KeyringAlarm {
  /** The keyring, watched. */
  readonly keyring: Keyring
  /** Whose keys were looked for and are missing still, as far as anybody has looked. */
  readonly missing: ReadonlySet<string>
}

/** What an operator has to know of lost keys, short enough for a health check; undefined when none is missing. */
export function wordsForMissing(missing: ReadonlySet<string>): string | undefined {
  const [first] = missing
  if (first === undefined) return undefined
  // The id of a person is not personal.
  const whose =
    missing.size === 1
      ? `the key of person ${first} is`
      : `the keys of ${missing.size} people (first ${first}) are`
  return `${whose} missing from the keyring: restore its newest backup, see docs/operating.md`
}

/** Watches over a keyring: gauge `keyring_missing_keys`, and a line in the log whenever more are found missing. */
export function withAlarm(keyring: Keyring, metrics: Metrics, logger: Logger): KeyringAlarm {
  const missing = new Set<string>()
  const gauge = metrics.gauge({
    name: 'keyring_missing_keys',
    help: 'People whose keys were looked for and are missing: their data can not be read until the keys are back',
  })
  gauge.set(0)
  const note = (subjects: readonly string[], isThere: (subject: string) => boolean) => {
    const before = missing.size
    for (const subject of subjects)
      if (isThere(subject)) missing.delete(subject)
      else missing.add(subject)
    gauge.set(missing.size)
    if (missing.size > before) logger.error({ missing: missing.size }, wordsForMissing(missing))
    else if (before > 0 && missing.size === 0) logger.info('no key is missing any more')
  }
  return {
    missing,
    keyring: {
      ...keyring,
      find: async subjects => {
        const found = await keyring.find(subjects)
        note(subjects, subject => found.has(subject))
        return found
      },
      require: async subject => {
        try {
          const key = await keyring.require(subject)
          note([subject], () => true)
          return key
        } catch (error) {
          if (error instanceof KeyMissing) note([subject], () => false)
          throw error
        }
      },
    },
  }
}
