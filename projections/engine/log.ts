// What the engine asks of the log: its pages, and whether it is still the log that rows were made from.
import type { Decoded } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { backoffMilliseconds, pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import type { FollowLog } from './feeds.ts'

export interface Log {
  /** Ends when the connection is lost: whoever reads on must look whether it is the same log that they come back to. */
  readonly follow: FollowLog
  readonly end: () => Promise<Position>
  /** Whether this very event stands there. */
  readonly has: (landmark: Landmark) => Promise<boolean>
  /** The site that the log belongs to; undefined while it was not founded. */
  readonly siteId: () => Promise<string | undefined>
}

/** An event by which a log is known again: positions alone are the same in any log that has grown far enough. */
export interface Landmark {
  readonly id: string
  readonly streamName: string
  readonly revision: number
  readonly position: Position
}

export const landmarkOfEvent = ({ id, streamName, revision, position }: Landmark): Landmark => ({
  id,
  streamName,
  revision,
  position,
})

/** The event as a landmark, whatever could be made of it. */
export const landmarkOf = (decoded: Decoded): Landmark =>
  landmarkOfEvent(decoded.kind === 'event' ? decoded.event : decoded.stored)

/** A landmark as the checkpoint row keeps it. */
export const landmarkText = ({ id, streamName, revision, position }: Landmark): string =>
  JSON.stringify({ id, streamName, revision, position: String(position) })

export function landmarkFrom(text: string): Landmark {
  const { id, streamName, revision, position } = JSON.parse(text)
  return { id, streamName, revision, position: BigInt(position) }
}

/** The log asked again and again, with growing pauses, until it answers or the signal aborts. */
export function patientLog(
  log: Log,
  signal: AbortSignal,
  onTrouble: (error: unknown, inARow: number) => void,
): Omit<Log, 'follow'> {
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask()
      } catch (error) {
        signal.throwIfAborted()
        onTrouble(error, attempt)
        await pause(backoffMilliseconds(attempt, Math.random, 50, 5_000), signal)
      }
    }
  }
  return {
    end: () => patiently(log.end),
    has: landmark => patiently(() => log.has(landmark)),
    siteId: () => patiently(log.siteId),
  }
}
