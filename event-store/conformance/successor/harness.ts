// The unmodified client of EventStoreDB's successor, on servers of ours: over TLS as admin, and in the clear.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Api from '@kurrent/kurrentdb-client'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { type EventStoreServer, startEventStore } from '../../index.ts'

// Never import the predecessor's client beside this one, nor what imports it: the messages that were generated for both
// are kept under the same global names, and whichever is loaded last would serve the two of them.

/** What the loader of the native part says where none is built for the machine at hand. */
const NOT_BUILT = /^no precompiled module found for |^Neon: unsupported /

/** The client, or why there is none: its reads are native code. One that is missing where there should be one fails. */
async function load(): Promise<{ readonly api: typeof Api; readonly missing?: string }> {
  try {
    return { api: await import('@kurrent/kurrentdb-client') }
  } catch (error) {
    const { message } = error as Error
    if (!NOT_BUILT.test(message)) throw error
    return { api: {} as typeof Api, missing: `The client's native part: ${message}` }
  }
}

const { api, missing } = await load()
export const kurrent: typeof Api = api
export type Client = Api.KurrentDBClient

export const ADMIN = { username: 'admin', password: 'changeit' }

export interface Bench {
  readonly server: EventStoreServer
  /** Signs in as admin, as all calls do that don't say otherwise. */
  readonly client: Client
  /** A client of a connection string made from that of `client`. */
  connect(change: (connectionString: string) => string): Client
}

/** Starts a server that keeps nothing before the tests around it, and stops it after them. */
function useServer(secure: boolean): () => Bench {
  const folder = mkdtempSync(join(tmpdir(), 'event-store-successor-'))
  const clients: Client[] = []
  let bench: Bench | undefined
  beforeAll(async () => {
    if (missing) return
    const tls = secure ? { tls: { selfSigned: join(folder, 'tls') } } : {}
    const server = await startEventStore({ ...tls, memory: true })
    const login = secure ? `${ADMIN.username}:${ADMIN.password}@` : ''
    const address = server.connectionString.replace('esdb://', `kurrentdb://${login}`)
    const connect = (change: (connectionString: string) => string): Client => {
      const client = kurrent.KurrentDBClient.connectionString(change(address))
      clients.push(client)
      return client
    }
    bench = { server, client: connect(own => own), connect }
  })
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  afterAll(async () => {
    for (const client of clients) await client.dispose()
    await bench?.server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return () => bench as Bench
}

/** Describes what holds over TLS and in the clear alike. */
export function overBoth(tests: (bench: () => Bench) => void): void {
  describe('over TLS, as admin', () => tests(useServer(true)))
  describe('in the clear', () => tests(useServer(false)))
}

/** Describes what holds only where people are asked who they are. */
export function overTls(tests: (bench: () => Bench) => void): void {
  describe('over TLS', () => tests(useServer(true)))
}

/** An event whose data is its label. */
export const event = (label: string, id: string = randomUUID()) =>
  kurrent.jsonEvent({ id, type: 'tested', data: { label } })
export const events = (...labels: string[]) => labels.map(label => event(label))

/** All that a read gives. */
export async function all<Given>(read: AsyncIterable<Given>): Promise<Given[]> {
  const out: Given[] = []
  for await (const given of read) out.push(given)
  return out
}
