// A log in memory whose pages a test decides: what followLog gives, without a server.
import { randomUUID } from 'node:crypto'
import { encodeFact, type StoredEvent } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import { createMemoryKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-memory'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { createBell } from '../engine/bell.ts'
import type { FollowLog } from '../engine/feeds.ts'
import type { Log } from '../engine/log.ts'
import { registry } from './counters.ts'

export interface Fact {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  /** Where it is appended; a stream of its own, unless told otherwise. */
  readonly streamName?: string
}

export interface ScriptedLog {
  readonly keyring: ReturnType<typeof createMemoryKeyring>
  readonly append: (...facts: readonly Fact[]) => Promise<Position>
  /** Appends nothing that anybody follows, and moves the log's end. */
  readonly skip: (bytes?: bigint) => Position
  readonly end: () => Position
  /** As the engine asks it. */
  readonly asLog: Log
  readonly follow: FollowLog
  /** Ends every reading, as a store does that goes away. */
  readonly cutOff: () => void
  /** Another log in the place of this one: nothing is left but its first events, and who reads it is cut off. */
  readonly replaceByOlder: (events: number) => void
  readonly found: (siteId: string) => void
  /** How often it was followed. */
  readonly readers: () => number
}

export function createScriptedLog(pageSize = 100): ScriptedLog {
  const events: StoredEvent[] = []
  const revisions = new Map<string, number>()
  const keyring = createMemoryKeyring()
  const bell = createBell()
  let end = 0n
  let readers = 0
  let siteId: string | undefined
  let cuts = 0

  async function record({ type, data, streamName = `s-${randomUUID()}` }: Fact) {
    const definition = registry.find(type)
    if (definition?.personal) await keyring.create(String(data[definition.personal.subject]))
    const fact = definition
      ? await encodeFact(registry, keyring, { type, data })
      : { type, data, schemaVersion: 1 }
    const revision = revisions.get(streamName) ?? 0
    revisions.set(streamName, revision + 1)
    end += 100n
    const metadata = {
      $correlationId: 'c',
      $causationId: 'r',
      actor: { kind: 'system', name: 'test' },
      commandId: randomUUID(),
      occurredAt: '2026-01-01T00:00:00.000Z',
      schemaVersion: fact.schemaVersion,
    }
    const { data: stored } = fact
    events.push({
      id: randomUUID(),
      type,
      streamName,
      revision,
      recordedAt: new Date(metadata.occurredAt),
      position: end,
      data: stored,
      metadata,
    })
  }
  const log: ScriptedLog = {
    keyring,
    append: async (...facts) => {
      for (const fact of facts) await record(fact)
      bell.ring()
      return end
    },
    skip: (bytes = 100n) => {
      end += bytes
      bell.ring()
      return end
    },
    end: () => end,
    readers: () => readers,
    asLog: {
      follow: (from, signal) => log.follow(from, signal),
      end: async () => end,
      has: async ({ id, position }) =>
        events.some(event => event.id === id && event.position === position),
      siteId: async () => siteId,
    },
    cutOff: () => {
      cuts += 1
      bell.ring()
    },
    replaceByOlder: count => {
      for (const { streamName, revision } of events.splice(count).reverse())
        revisions.set(streamName, revision)
      end = events.at(-1)?.position ?? 0n
      log.cutOff()
    },
    found: id => {
      siteId = id
    },
    follow: async function* (from, signal) {
      readers += 1
      const cutsBefore = cuts
      let position = from ?? 0n
      let told = false
      while (!signal.aborted) {
        if (cuts > cutsBefore) throw new Error('The store went away')
        const next = events.filter(event => event.position > position).slice(0, pageSize)
        if (next.length > 0 || position < end || !told) {
          const isLast = next.length < pageSize
          position = isLast ? end : (next.at(-1)?.position ?? end)
          told = isLast
          yield { events: next, position, caughtUp: isLast }
        } else await bell.next(signal).catch(() => undefined)
      }
    },
  }
  return log
}
