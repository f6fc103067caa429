// What the platform is asked for and what it gives: the words that its parts share.
import type { Supervised } from './processes/supervised-service.ts'

export type ProcessName =
  | 'event-store'
  | 'postgres'
  | 'keyring'
  | 'projections'
  | 'write-side'
  | 'rates-feed'
  | 'read-side'
  | 'gateway'

export interface PlatformOptions {
  readonly dataDir: string
  /** The gateway's; 0 or nothing: any free one. */
  readonly port?: number
  /** The gateway's address to listen on; this machine only, unless told otherwise. */
  readonly host?: string
  /**
   * Settings for every process (RATES_POLL_SECONDS, LOG_LEVEL, ...). EVENTSTORE_URL, DATABASE_URL
   * and KEYRING_URL take the place of an embedded one, MASTER_KEY that of the generated one.
   */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Demo content when the log is empty; true unless told otherwise. */
  readonly seed?: boolean
  /**
   * false: the embedded PostgreSQL does not flush to disk. For tests: it starts quicker, and what it
   * acknowledged survives kill -9 of any process, but not a power cut.
   */
  readonly durable?: boolean
  /** A process that says nothing for so long is killed and started again; 0: never. 15 s unless told otherwise. */
  readonly silentMs?: number
  /** Takes short lines for people. */
  readonly onLine?: (line: string) => void
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal
  /** Scripts to run in place of the rooms' own programs. */
  readonly programs?: Readonly<Partial<Record<ProcessName, string>>>
}

export interface PlatformProcess extends Supervised {
  readonly port: number
  /** http://127.0.0.1:port, or the connection string of a store. */
  readonly url: string
}

export interface Platform {
  /** The one URL of the site, as this machine reaches it. */
  readonly url: string
  /** As browsers know it: PUBLIC_URL, or the same. */
  readonly publicUrl: string
  readonly eventStoreUrl: string
  readonly databaseUrl: string
  readonly keyringUrl: string
  readonly masterKey: string
  /** Stores that are not ours are absent. */
  readonly processes: Readonly<Partial<Record<ProcessName, PlatformProcess>>>
  /** Stops all, in order; resolves when all have ended. */
  stop(): Promise<void>
  /** Kills all at once. */
  killAll(): Promise<void>
}
