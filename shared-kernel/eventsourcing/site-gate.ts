// The gate before the event store: nothing is read or written until the site behind it is known to be ours, and after
// every failure it is looked at again, since what answers next may be another log.
import type { Logger } from '../logging/logger.ts'
import type { EventStore } from './event-store.ts'
import { backoffMilliseconds, pause } from './retry.ts'
import { readSiteIdentity, type SiteIdentity } from './site-identity.ts'
import { type SitePlaces, SiteRefused } from './site-refused.ts'

export interface SiteGate {
  /** The event store behind the gate. Its calls fail, and can be tried again, while the site is not open. */
  readonly store: EventStore
  /** Opens the site, or looks again whether the log is still the one it was. @throws SiteRefused, or an outage */
  readonly confirm: () => Promise<SiteIdentity>
  /** Whether the site stands open. */
  readonly isOpen: () => boolean
  /** Resolves when the site turns out not to be ours, at the first look or later: the process must not go on. */
  readonly refused: Promise<SiteRefused>
}

export interface GateOptions {
  readonly store: EventStore
  /** The first look. */
  readonly open: () => Promise<SiteIdentity>
  /** What is looked at beside the log ever after. Throws SiteRefused when it is not that site's any more. */
  readonly lookAgain?: (identity: SiteIdentity) => Promise<void>
  readonly places: SitePlaces
}

export function createSiteGate({ store, open, lookAgain, places }: GateOptions): SiteGate {
  let identity: SiteIdentity | undefined
  let confirmed = false
  let looking: Promise<SiteIdentity> | undefined
  let refuse = (_: SiteRefused) => {}
  const refused = new Promise<SiteRefused>(resolve => {
    refuse = resolve
  })

  const look = async (): Promise<SiteIdentity> => {
    try {
      if (identity === undefined) identity = await open()
      else {
        const now = await readSiteIdentity(store)
        if (now === undefined) throw new SiteRefused('log-lost', places)
        if (now.siteId !== identity.siteId) throw new SiteRefused('other-log', places)
        await lookAgain?.(identity)
      }
      confirmed = true
      return identity
    } catch (error) {
      confirmed = false
      if (error instanceof SiteRefused) refuse(error)
      throw error
    }
  }
  const confirm = (): Promise<SiteIdentity> => {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }
  const behind = async <T>(call: () => Promise<T>): Promise<T> => {
    if (!confirmed) await confirm()
    try {
      return await call()
    } catch (error) {
      confirmed = false
      throw error
    }
  }
  return {
    confirm,
    isOpen: () => confirmed,
    refused,
    store: {
      ...store,
      read: (...asked) => behind(() => store.read(...asked)),
      readOne: (...asked) => behind(() => store.readOne(...asked)),
      append: (...asked) => behind(() => store.append(...asked)),
    },
  }
}

// An event store that is exchanged while nobody asks it anything is noticed after this long.
const lookAgainMilliseconds = 5_000

/** Tries until the site is open, it is refused, or the signal aborts. Never rejects. */
export async function untilOpen(
  gate: SiteGate,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; !signal.aborted && !gate.isOpen(); attempt++) {
    try {
      await gate.confirm()
    } catch (error) {
      if (error instanceof SiteRefused) return
      logger.warn({ err: error }, 'the site can not be opened yet')
      const rest = backoffMilliseconds(attempt, Math.random, 100, 5_000)
      await pause(rest, signal).catch(() => undefined)
    }
  }
}

/** Looks again and again whether the log is still this site's, until the signal aborts. Never rejects. */
export async function keepLooking(gate: SiteGate, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(lookAgainMilliseconds, signal).catch(() => undefined)
    // An outage is told by whoever needs the store; a refusal by the gate itself.
    if (!signal.aborted) await gate.confirm().catch(() => undefined)
  }
}
