// What reading the log runs into: lost connections, which pass, and damage, which does not.
import { damageIn } from '@cryptotalks/shared-kernel/eventsourcing/log-damage'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'

export interface LogWatch {
  /** Takes a failure to follow or read the log, and says `what` could not be done. */
  readonly onTrouble: (what: string) => (error: unknown, inARow: number) => void
  /** Rejects with the place while the log is damaged. */
  readonly check: () => Promise<void>
}

/** Reading is tried again every few seconds: what is not told again for so long is mended. */
const toldAgainMilliseconds = 60_000

export function createLogWatch(logger: Logger, elapsed = () => performance.now()): LogWatch {
  let damage: { readonly words: string; readonly at: number } | undefined
  return {
    onTrouble: what => (error, inARow) => {
      const words = damageIn(error)
      if (words === undefined) {
        logger.warn({ err: error, inARow }, what)
        return
      }
      damage = { words, at: elapsed() }
      logger.error(
        { err: error, inARow },
        'the event log is damaged: nothing behind that place reaches the read models; docs/operating.md says what to do',
      )
    },
    check: async () => {
      if (damage !== undefined && elapsed() - damage.at < toldAgainMilliseconds)
        throw new Error(`the event log is damaged: ${damage.words}; see docs/operating.md`)
    },
  }
}
