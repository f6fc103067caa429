// What the write side needs before it may work: its servers, and a site that is its own.

import { createClockWatch } from '@cryptotalks/shared-kernel/eventsourcing/clock-watch'
import { findMissingKeys } from '@cryptotalks/shared-kernel/eventsourcing/find-missing-keys'
import type { Keyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import {
  keepLooking,
  type SiteGate,
  untilOpen,
} from '@cryptotalks/shared-kernel/eventsourcing/site-gate'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import type { ReadinessCheck } from '@cryptotalks/shared-kernel/telemetry/health'
import type { Pool } from 'pg'

export interface Preparation {
  /** Tries until the site is open, is refused, or the signal aborts. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Goes on looking at log and keys until the signal aborts. Never rejects. */
  readonly watch: (signal: AbortSignal) => Promise<void>
  readonly checks: Readonly<Record<string, ReadinessCheck>>
}

export interface PreparationNeeds {
  readonly gate: SiteGate
  readonly pool: Pool
  readonly keyringPool: Pool
  /** Watched, so that whatever is found missing raises the alarm. */
  readonly keyring: Keyring
  readonly logger: Logger
}

export function createPreparation(needs: PreparationNeeds): Preparation {
  const { gate, pool, keyringPool, keyring, logger } = needs
  const clocks = createClockWatch({ store: gate.store, logger })
  return {
    run: signal => untilOpen(gate, logger, signal),
    watch: async signal => {
      await Promise.all([keepLooking(gate, signal), findMissingKeys(gate.store, keyring, signal)])
    },
    checks: {
      'event store': () => gate.store.end().then(() => undefined),
      space: () => gate.store.room(),
      clock: () => clocks.compare(),
      postgres: () => pool.query('select 1').then(() => undefined),
      keyring: () => keyringPool.query('select 1').then(() => undefined),
      site: async () => {
        if (!gate.isOpen()) await gate.confirm()
      },
    },
  }
}
