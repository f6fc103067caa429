// For tests: the write side over a real event store and a real Postgres, asked over HTTP as browsers and programs do.
import { randomBytes, randomUUID } from 'node:crypto'
import { type EventStoreServer, startEventStore } from '@cryptotalks/event-store'
import { ensureBuilt } from '@cryptotalks/platform/testing/ensure-built'
import { startTestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { parseConfig } from '@cryptotalks/shared-kernel/config/parse-config'
import { reservationStream } from '@cryptotalks/shared-kernel/events/streams'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { listen } from '@cryptotalks/shared-kernel/http/listen'
import type { PageRequest, RenderPage } from '@cryptotalks/shared-kernel/http/page-renderer'
import type { Problem } from '@cryptotalks/shared-kernel/http/problem'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import pg from 'pg'
import { composeWriteSide } from '../composition.ts'
import { configSchema } from '../config.ts'
import { createSecrets } from '../secrets.ts'

export const origin = 'https://talks.example'

export interface Sent {
  readonly status: number
  readonly headers: Headers
  readonly cookies: readonly string[]
  readonly text: string
  /** The body, when it is JSON. */
  readonly body: Record<string, unknown> & Partial<Problem>
}

/** The form's page stands for itself: it tells, as JSON in HTML, what it was given. */
const render: RenderPage = async ({ url, refused, api }: PageRequest) => {
  const around = await api('/api/me')
  const html = JSON.stringify({ path: url.slice(origin.length), refused, around: around.status })
  return { status: 200, headers: {}, html }
}

async function sentFrom(response: Response): Promise<Sent> {
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('Content-Type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    cookies: response.headers.getSetCookie(),
    text,
    body: isJson ? JSON.parse(text) : {},
  }
}

/** Reads all that the store holds, as text. */
async function wholeLog(store: EventStore): Promise<string> {
  const events: unknown[] = []
  for await (const { event } of store.client.readAll())
    events.push([event?.streamId, event?.type, event?.data, event?.metadata])
  return JSON.stringify(events)
}

interface KeyRow {
  readonly subject: string
  readonly wrapped: string | null
}

export type TestWriteSide = Awaited<ReturnType<typeof startTestWriteSide>>

/**
 * Starts all of it, on free ports, for one test file. An event store that is given stays its giver's, to be stopped
 * before.
 */
export async function startTestWriteSide(
  given?: EventStoreServer,
  env: Readonly<Record<string, string>> = {},
) {
  const [eventStore, postgres] = await Promise.all([
    given ?? startEventStore({ memory: true }),
    startTestPostgres(),
    // Its rendering threads run what was built.
    ensureBuilt('write-side'),
  ])
  const masterKey = randomBytes(32)
  const keyringUrl = await postgres.createDatabase('keyring')
  const config = parseConfig(configSchema, {
    EVENTSTORE_URL: eventStore.connectionString,
    DATABASE_URL: postgres.connectionString,
    KEYRING_URL: keyringUrl,
    MASTER_KEY: masterKey.toString('base64'),
    WRITE_SIDE_PORT: '0',
    PUBLIC_URL: origin,
    WEB_DIST: 'not read',
    READ_SIDE_URL: 'http://127.0.0.1:9',
    // All of a test's people come from one address.
    LIMIT_SIGN_UPS_PER_ADDRESS: '100000/600',
    ...env,
  })
  const logged: string[] = []
  const destination = { write: (line: string) => void logged.push(line) }
  const logger = createLogger({ name: 'write-side', level: 'debug', destination })
  const run = async (port: number) => {
    const side = composeWriteSide({ config, logger, render })
    const server = await listen(side.app, { host: '127.0.0.1', port })
    const stopping = new AbortController()
    await side.preparation.run(stopping.signal)
    const stop = async () => {
      stopping.abort()
      await server.stop()
      await side.close()
    }
    return { port: server.port, stop }
  }
  let running = await run(0)
  const restart = async () => {
    await running.stop()
    running = await run(running.port)
  }
  const store = connectEventStore(eventStore.connectionString)
  const url = `http://127.0.0.1:${running.port}`

  const send = async (method: string, path: string, init: RequestInit = {}) =>
    sentFrom(await fetch(`${url}${path}`, { method, redirect: 'manual', ...init }))
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send('POST', path, {
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    })
  /** As a browser sends a form of one of our pages. */
  const form = (
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ) =>
    send('POST', path, {
      body: new URLSearchParams(fields),
      headers: { Origin: origin, Accept: 'text/html', ...headers },
    })

  const register = (username: string, more: object = {}) =>
    post('/api/users', {
      email: `${username}@example.org`,
      username,
      password: 'a quiet long night',
      acceptTerms: true,
      ...more,
    })
  /** The cookie header of somebody new who has signed in. */
  const member = async (username = `m${randomUUID().slice(0, 8)}`) => {
    await register(username)
    const { cookies } = await post('/api/sessions', {
      login: username,
      password: 'a quiet long night',
    })
    const session = cookies.find(cookie => cookie.startsWith('__Host-session='))
    return { username, Cookie: session?.split(';')[0] ?? '' }
  }

  const keyringOf = new pg.Client({ connectionString: keyringUrl })
  // The server may be killed or stopped before its clients.
  keyringOf.on('error', () => undefined)
  await keyringOf.connect()
  const keys = async (subject: string): Promise<KeyRow[]> =>
    (await keyringOf.query('select * from keyring.keys where subject = $1', [subject])).rows
  /** Takes a person's key away without a mark, as an older backup of the keyring does; gives what was there. */
  const loseKeyOf = async (username: string): Promise<KeyRow> => {
    const name = createSecrets(masterKey).nameHash('username', username)
    const [reserved] = await store.read(reservationStream('username', name))
    const { holder = 'nobody' } = (reserved?.data ?? {}) as { readonly holder?: string }
    const [row] = await keys(holder)
    if (!row) throw new Error(`${username} has no key`)
    await keyringOf.query('delete from keyring.keys where subject = $1', [row.subject])
    // What a process has in memory it would go on using for a while.
    await restart()
    return row
  }
  const putBack = ({ subject, wrapped }: KeyRow) =>
    keyringOf.query(
      `insert into keyring.keys (subject, wrapped, destroyed_at)
       values ($1, $2, case when $2::text is null then now() end)`,
      [subject, wrapped],
    )

  /** Another process over the same stores; stopped by its own `stop`, before this one. */
  const another = async () => {
    const second = composeWriteSide({ config, logger, render })
    const listening = await listen(second.app, { host: '127.0.0.1', port: 0 })
    return {
      url: `http://127.0.0.1:${listening.port}`,
      stop: async () => {
        await listening.stop()
        await second.close()
      },
    }
  }

  return {
    another,
    keys,
    loseKeyOf,
    putBack,
    url,
    config,
    masterKey,
    eventStore,
    postgres,
    store,
    logged,
    send,
    post,
    form,
    register,
    member,
    wholeLog: () => wholeLog(store),
    stop: async () => {
      await running.stop()
      await store.close()
      await keyringOf.end()
      await Promise.all([given ? undefined : eventStore.stop(), postgres.stop()])
    },
  }
}
