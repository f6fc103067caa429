// A server that is started with a file of users and rights: who has its secrets gets in, with the rights it gives, and nobody else.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AccessDeniedError, EventStoreDBClient } from '@eventstore/db-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAccess } from '../access/access-file.ts'
import { type EventStoreServer, type GivenAccess, startEventStore } from '../index.ts'
import { events, failureOf } from './harness.ts'

const secretOf = (login: string) => `${login}-`.repeat(20).slice(0, 40)
const WRITERS = ['$admins', 'writers']
const GIVEN: GivenAccess = {
  users: [
    { login: 'admin', password: secretOf('admin'), groups: ['$admins'] },
    { login: 'writer', password: secretOf('writer'), groups: ['writers', 'readers'] },
    { login: 'reader', password: secretOf('reader'), groups: ['readers'] },
  ],
  acls: { $all: { $r: ['$admins', 'readers'] } },
  settings: {
    $userStreamAcl: { $r: '$all', $w: WRITERS, $d: WRITERS, $mr: '$all', $mw: WRITERS },
    $systemStreamAcl: {
      $r: '$admins',
      $w: '$admins',
      $d: '$admins',
      $mr: '$admins',
      $mw: '$admins',
    },
  },
}

let dir: string
let server: EventStoreServer
const clients: EventStoreDBClient[] = []
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-access-'))
  await start(GIVEN)
})
afterEach(async () => {
  await stop()
  rmSync(dir, { recursive: true, force: true })
})

async function start(access: GivenAccess): Promise<void> {
  const place = { dir: join(dir, 'store'), host: 'localhost' }
  server = await startEventStore({ ...place, access, tls: { selfSigned: join(dir, 'tls') } })
}
async function stop(): Promise<void> {
  for (const client of clients.splice(0)) await client.dispose()
  await server.stop()
}

function clientOf(login: string, password = secretOf(login)): EventStoreDBClient {
  const url = server.connectionString.replace('esdb://', `esdb://${login}:${password}@`)
  const client = EventStoreDBClient.connectionString(url)
  clients.push(client)
  return client
}
async function lengthOf(read: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of read) count++
  return count
}

test('each may do what the file says, and without a secret of it nobody may do anything', async () => {
  const [writer, reader, admin] = [clientOf('writer'), clientOf('reader'), clientOf('admin')]
  await writer.appendToStream('post-1', events('a'))
  expect(await lengthOf(reader.readStream('post-1'))).toBe(1)
  expect(await lengthOf(reader.readAll())).toBeGreaterThan(1)
  expect(await lengthOf(writer.readAll())).toBeGreaterThan(1)
  expect(await lengthOf(admin.readStream('$users'))).toBe(3)
  const refused = [
    () => reader.appendToStream('post-1', events('b')),
    () => reader.deleteStream('post-1'),
    () => reader.setStreamMetadata('post-1', { maxCount: 1 }),
    () => writer.appendToStream('$settings', events('b')),
    () => writer.setStreamMetadata('$all', {}),
    () => lengthOf(writer.readStream('$user-admin')),
    () => clientOf('writer', 'changeit').appendToStream('post-1', events('b')),
    () => clientOf('admin', 'changeit').appendToStream('post-1', events('b')),
    () => clientOf('ops', 'changeit').appendToStream('post-1', events('b')),
  ]
  for (const action of refused) expect(await failureOf(action())).toBeInstanceOf(AccessDeniedError)
})

test('a start with the same file writes nothing, one with other secrets brings those about', async () => {
  const countOf = () => lengthOf(clientOf('admin').readAll())
  const before = await countOf()
  await stop()
  await start(GIVEN)
  expect(await countOf()).toBe(before)
  await stop()
  const password = 'another secret that somebody drew at random'
  const users = GIVEN.users.map(user => (user.login === 'admin' ? user : { ...user, password }))
  await start({ ...GIVEN, users })
  await clientOf('writer', password).appendToStream('post-1', events('a'))
  const old = await failureOf(clientOf('writer').appendToStream('post-1', events('a')))
  expect(old).toBeInstanceOf(AccessDeniedError)
})

test('emptied, the store has them again', async () => {
  server.reset()
  await clientOf('writer').appendToStream('post-1', events('a'))
  expect(await lengthOf(clientOf('reader').readAll())).toBeGreaterThan(1)
})

test.each([
  ['nonsense {"password":"hunter2"', 'It is no JSON.'],
  ['{}', 'It has no list of users.'],
  ['{"users":[{"login":"a","password":"hunter2"}]}', 'fewer than 32 characters'],
  [`{"users":[{"login":"a","password":"${secretOf('a')}","groups":"x"}]}`, 'no list of names'],
  [`{"users":[{"login":"a","password":"${secretOf('a')}"}],"acls":{"s":7}}`, '"s" is no ACL'],
])('%s is refused, in words without the secrets', (text, words) => {
  const failure = (() => {
    try {
      return String(readAccess(text))
    } catch (error) {
      return (error as Error).message
    }
  })()
  expect(failure).toContain(words)
  expect(failure).not.toContain('hunter2')
})
