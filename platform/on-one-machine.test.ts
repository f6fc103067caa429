// Other programs and people on the same machine: without the secrets in the data folder they read and write nothing of ours.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AccessDeniedError, EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settingNames } from './process-settings.ts'
import { type Platform, startPlatform } from './start.ts'
import { ensureBuilt } from './testing/ensure-built.ts'

let root: string
let dataDir: string
let platform: Platform
const clients: EventStoreDBClient[] = []

beforeAll(async () => {
  await ensureBuilt('platform', 'event-store', 'projections', 'write-side', 'read-side')
  root = mkdtempSync(join(tmpdir(), 'on-one-machine-'))
  // As an earlier version left it, and an operator who unpacked a backup.
  dataDir = join(root, 'data')
  mkdirSync(join(dataDir, 'logs'), { recursive: true })
  writeFileSync(join(dataDir, 'logs', 'write-side.log'), '{}\n')
  mkdirSync(join(dataDir, 'postgres'))
  for (const name of ['', 'logs', 'postgres']) chmodSync(join(dataDir, name), 0o755)
  chmodSync(join(dataDir, 'logs', 'write-side.log'), 0o644)
  process.env.MARKER_OF_THE_SHELL = 'not for them'
  platform = await startPlatform({ dataDir, seed: false, durable: false })
}, 120_000)
afterAll(async () => {
  delete process.env.MARKER_OF_THE_SHELL
  // One that was refused its only call is never done with its goodbye.
  for (const client of clients) void client.dispose()
  await platform?.stop()
  rmSync(root, { recursive: true, force: true })
}, 60_000)

/** What is open to others than the owner, by its path. */
function openIn(path: string): string[] {
  const stat = lstatSync(path)
  const own = !stat.isSymbolicLink() && (stat.mode & 0o077) !== 0 ? [path] : []
  if (!stat.isDirectory()) return own
  return [...own, ...readdirSync(path).flatMap(name => openIn(join(path, name)))]
}

const clientOf = (url: string): EventStoreDBClient => {
  const client = EventStoreDBClient.connectionString(url)
  clients.push(client)
  return client
}
const event = () => jsonEvent({ type: 'SignedIn', data: {} })
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )
async function readAll(client: EventStoreDBClient): Promise<void> {
  for await (const _ of client.readAll({ maxCount: 1 })) return
}

describe('on one machine', () => {
  test('folders and files are for their owner alone, also those that were not', () => {
    expect(openIn(dataDir)).toEqual([])
  })

  test('the event store takes nobody without a secret', async () => {
    const strangers = [
      platform.eventStoreUrl.replace(/\/\/.*@/, '//'),
      platform.eventStoreUrl.replace(/\/\/.*@/, '//admin:changeit@'),
    ].map(clientOf)
    for (const stranger of strangers) {
      const refusals = [
        await failureOf(stranger.appendToStream('session-1', event())),
        await failureOf(readAll(stranger)),
      ]
      for (const refusal of refusals) expect(refusal).toBeInstanceOf(AccessDeniedError)
    }
    await clientOf(platform.eventStoreUrl).appendToStream('session-1', event())
  })

  test('whoever only reads may not write, and nobody but its operator may touch its users', async () => {
    const { url } = platform.processes['event-store'] ?? { url: '' }
    const readers = environmentOf('read-side').get('EVENTSTORE_URL') as string
    const reader = clientOf(readers)
    await readAll(reader)
    const refusals = [
      await failureOf(reader.appendToStream('session-1', event())),
      await failureOf(clientOf(url).appendToStream('$users', event())),
      await failureOf(clientOf(url).setStreamMetadata('$all', {})),
      await failureOf(clientOf(url).deleteStream('session-1')),
    ]
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(AccessDeniedError)
  })

  function environmentOf(name: keyof Platform['processes']): ReadonlyMap<string, string> {
    const text = readFileSync(`/proc/${platform.processes[name]?.pid}/environ`, 'utf8')
    const pairs = text.split('\0').filter(Boolean)
    return new Map(
      pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
  }

  const SECRETS = ['MASTER_KEY', 'KEYRING_URL', 'DATABASE_URL', 'EVENTSTORE_URL']

  test.skipIf(process.platform !== 'linux').each([
    ['event-store', []],
    ['gateway', []],
    ['rates-feed', ['EVENTSTORE_URL']],
    ['read-side', ['DATABASE_URL', 'EVENTSTORE_URL']],
    ['projections', undefined],
    ['write-side', undefined],
  ] as const)('%s is told what it needs, and no other secret', async (name, secrets) => {
    const environment = environmentOf(name)
    const known = await settingNames(name)
    const system = [...environment.keys()].filter(key => !known.has(key))
    expect(
      system.filter(
        key =>
          !/^(?:PATH|HOME|TMP.*|TEMP|TZ|LANG|LC_.*|NODE_.*|UV_.*|LD_.*|SSL_CERT_.*)$/.test(key),
      ),
    ).toEqual([])
    if (secrets) expect(SECRETS.filter(secret => environment.has(secret))).toEqual(secrets)
    else expect(environment.has('MASTER_KEY')).toBe(true)
    // Nothing of a secret in what every user of the machine sees.
    const commandLine = readFileSync(`/proc/${platform.processes[name]?.pid}/cmdline`, 'utf8')
    for (const secret of [
      platform.masterKey,
      /:\/\/[^:]*:([^@]*)@/.exec(platform.eventStoreUrl)?.[1],
    ]) {
      expect(commandLine).not.toContain(secret as string)
    }
  })
})
