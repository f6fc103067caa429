// Who may call which method, method by method, and how a refusal is told over each of them.
import service from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import type features from '@eventstore/db-client/generated/serverfeatures_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import usersService from '@eventstore/db-client/generated/users_grpc_pb.js'
import users from '@eventstore/db-client/generated/users_pb.js'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aStream, events } from '../harness.ts'
import { ADMIN, type Login, NOBODY, OPERATOR, SecureServer } from '../secure-server.ts'
import { Batch, detailsOf } from './batch.ts'
import { Listener, read, readAll } from './reads.ts'
import { table } from './table.ts'
import { type Ended, endOf, outcomeOf, WELL } from './wire.ts'
import { Writes } from './writes.ts'

const house = new SecureServer()
const people: Record<string, Login> = { nobody: NOBODY, operator: OPERATOR, administrator: ADMIN }
let channel: Client
const open: { close(): void }[] = []
beforeAll(async () => {
  await house.start()
  people.user = await house.addUser('u')
  channel = new Client(address(), credentials.createSsl(house.certificate))
  open.push(channel)
})
afterAll(async () => {
  for (const one of open.splice(0)) one.close()
  await house.remove()
})

const address = () => `localhost:${house.server.port}`
function signedIn(login: Login): Metadata {
  const metadata = new Metadata()
  const text = login && Buffer.from(`${login.username}:${login.password}`).toString('base64')
  if (text) metadata.set('authorization', `Basic ${text}`)
  return metadata
}
function writesAs(login: Login): Writes {
  const writes = new Writes(address(), credentials.createSsl(house.certificate), signedIn(login))
  open.push(writes)
  return writes
}

/** Sends an empty message, which is enough to be let in or not. */
function call(method: string, login: Login): Promise<string> {
  const raw = (bytes: Buffer) => bytes
  const path = `/event_store.client.${method}`
  const stream = channel.makeServerStreamRequest(path, raw, raw, Buffer.alloc(0), signedIn(login))
  return new Promise(resolve => {
    stream.on('data', () => {
      resolve('let in')
      stream.cancel()
    })
    stream.on('end', () => resolve('let in'))
    stream.on('error', error => {
      const { code } = error as ServiceError
      resolve(code === 7 ? 'denied' : code === 16 ? 'unauthenticated' : 'let in')
    })
  })
}

// A dash stands where nothing is tried: whoever may do that stops the server.
const METHODS = table(`
                                                                    | nobody | user   | operator | administrator
  server_features.serverfeatures/getsupportedmethods                | let in | let in | let in   | let in
  gossip.gossip/read                                                | let in | let in | let in   | let in
  monitoring.monitoring/stats                                       | denied | let in | let in   | let in
  streams.streams/read                                              | denied | let in | let in   | let in
  streams.streams/append                                            | denied | let in | let in   | let in
  streams.streams/batchappend                                       | let in | let in | let in   | let in
  streams.streams/delete                                            | denied | let in | let in   | let in
  streams.streams/tombstone                                         | denied | let in | let in   | let in
  persistent_subscriptions.persistentsubscriptions/create           | denied | denied | let in   | let in
  persistent_subscriptions.persistentsubscriptions/update           | denied | denied | let in   | let in
  persistent_subscriptions.persistentsubscriptions/delete           | denied | denied | let in   | let in
  persistent_subscriptions.persistentsubscriptions/replayparked     | denied | denied | let in   | let in
  persistent_subscriptions.persistentsubscriptions/restartsubsystem | denied | denied | let in   | let in
  persistent_subscriptions.persistentsubscriptions/read             | denied | let in | let in   | let in
  persistent_subscriptions.persistentsubscriptions/getinfo          | denied | let in | let in   | let in
  persistent_subscriptions.persistentsubscriptions/list             | denied | let in | let in   | let in
  projections.projections/create                                    | denied | denied | let in   | let in
  projections.projections/update                                    | denied | denied | let in   | let in
  projections.projections/delete                                    | denied | denied | let in   | let in
  projections.projections/enable                                    | denied | denied | let in   | let in
  projections.projections/disable                                   | denied | denied | let in   | let in
  projections.projections/reset                                     | denied | denied | let in   | let in
  projections.projections/restartsubsystem                          | denied | denied | let in   | let in
  projections.projections/statistics                                | denied | let in | let in   | let in
  projections.projections/state                                     | denied | let in | let in   | let in
  projections.projections/result                                    | denied | let in | let in   | let in
  operations.operations/startscavenge                               | denied | denied | let in   | let in
  operations.operations/stopscavenge                                | denied | denied | let in   | let in
  operations.operations/shutdown                                    | denied | denied | -        | -
  operations.operations/mergeindexes                                | denied | denied | let in   | let in
  operations.operations/resignnode                                  | denied | denied | let in   | let in
  operations.operations/setnodepriority                             | denied | denied | let in   | let in
  operations.operations/restartpersistentsubscriptions              | denied | denied | let in   | let in
  users.users/details                                               | denied | let in | let in   | let in
  users.users/changepassword                                        | denied | let in | let in   | let in
  users.users/create                                                | denied | denied | denied   | let in
  users.users/update                                                | denied | denied | denied   | let in
  users.users/delete                                                | denied | denied | denied   | let in
  users.users/enable                                                | denied | denied | denied   | let in
  users.users/disable                                               | denied | denied | denied   | let in
  users.users/resetpassword                                         | denied | denied | denied   | let in
`)

test.each(METHODS)('$name', async ({ name, cells }) => {
  for (const [who, wanted] of Object.entries(cells)) {
    if (wanted === '-') continue
    expect([who, await call(name, people[who] as Login)]).toEqual([who, wanted])
  }
})

test('no method is missing in the table, and a wrong password opens none', async () => {
  const stub = new service.ServerFeaturesClient(address(), credentials.createSsl(house.certificate))
  open.push(stub)
  const outcome = await outcomeOf<InstanceType<typeof features.SupportedMethods>>(done =>
    stub.getSupportedMethods(new shared.Empty(), done as never),
  )
  if ('ended' in outcome) throw new Error(outcome.ended.words)
  const names = outcome.answer
    .getMethodsList()
    .map(
      method =>
        `${method.getServiceName().replace('event_store.client.', '')}/${method.getMethodName()}`,
    )
  expect(METHODS.map(({ name }) => name).sort()).toEqual(names.sort())
  const wrong = { username: 'admin', password: 'wrong' }
  const opened = []
  for (const { name } of METHODS) opened.push(await call(name, wrong))
  expect(new Set(opened)).toEqual(new Set(['unauthenticated']))
})

describe('a refusal', () => {
  const denied: Ended = {
    code: 7,
    words: 'Access Denied',
    trailers: { exception: 'access-denied' },
  }
  let closed: string
  beforeAll(async () => {
    closed = aStream()
    const admin = house.as(ADMIN)
    await admin.appendToStream(closed, events('a'))
    const rights = ['readRoles', 'writeRoles', 'deleteRoles', 'metaReadRoles', 'metaWriteRoles']
    const acl = Object.fromEntries(rights.map(right => [right, ['$admins']]))
    await admin.setStreamMetadata(closed, { acl })
  })

  test.each(['user', 'operator', 'nobody'])(
    'of %s has the same status and trailer over every call',
    async who => {
      const writes = writesAs(people[who] as Login)
      for (const stream of [closed, `$$${closed}`, '$own']) {
        expect(await writes.append(stream, [{}])).toEqual({ ended: denied })
        expect(await writes.delete(stream)).toEqual({ ended: denied })
        expect(await writes.tombstone(stream)).toEqual({ ended: denied })
      }
    },
  )

  test('comes before it is said whether the stream is there, to a reader and to a subscriber', async () => {
    const writes = writesAs(NOBODY)
    for (const stream of [closed, aStream(), '$missing']) {
      expect(await readAll(writes, { stream, count: 1 })).toEqual({ answers: [], ended: denied })
      expect(await new Listener(writes, { stream }).history()).toBe('status 7')
    }
    expect((await readAll(writes, { count: 1 })).ended).toEqual(denied)
  })

  test.each(['user', 'nobody'])(
    'of a batch append of %s is an answer on a call that goes on',
    async who => {
      const batch = new Batch(writesAs(people[who] as Login))
      for (const _ of [1, 2]) {
        const answer = await batch.append(closed, [{}])
        expect([answer.getError()?.getCode(), answer.getError()?.getMessage()]).toEqual([
          7,
          'AccessDenied',
        ])
        expect(detailsOf(answer, 'AccessDenied').toObject()).toEqual({})
        expect(answer.hasStreamIdentifier()).toBe(true)
      }
      batch.cancel()
    },
  )

  test('of a wrong password has a status and no trailer', async () => {
    const writes = writesAs({ username: 'admin', password: 'wrong' })
    const refused = { code: 16, words: 'Unauthenticated', trailers: {} }
    expect(await writes.append(closed, [{}])).toEqual({ ended: refused })
    expect(await writes.delete(closed)).toEqual({ ended: refused })
    expect((await readAll(writes, { stream: closed, count: 1 })).ended).toEqual(refused)
    expect(await new Batch(writes).ended).toEqual(refused)
  })
})

test('whoever may read a link reads by it what it leads to', async () => {
  const { user } = people
  const [closed, links] = [aStream(), aStream()]
  const [admin, writes] = [house.as(ADMIN), writesAs(user as Login)]
  await admin.appendToStream(closed, events('a'))
  await admin.setStreamMetadata(closed, { acl: { readRoles: ['$admins'] } })
  const fields = { type: '$>', 'content-type': 'application/octet-stream' }
  await writes.append(links, [{ data: `0@${closed}`, fields }])
  expect(await read(writes, { stream: closed, count: 1 })).toBe('status 7')
  expect(await read(writes, { stream: links, count: 1, links: true })).toBe('0 by 0')
})

test.each([
  ['{"$acl":{"$r":[]}}', 'status 7'],
  ['{"$acl":{"$r":null}}', '0'],
  ['{"$acl":{"$r":"u"}}', '0'],
  ['{"$acl":{"$r":["v","u"]}}', '0'],
  ['{"$acl":{"$r":"$ops"}}', 'status 7'],
  ['{"$acl":7}', '0'],
])('under the ACL %s a user is given %j', async (data, given) => {
  const stream = aStream()
  const admin = writesAs(ADMIN)
  await admin.append(stream, [{}])
  await admin.append(`$$${stream}`, [{ data }])
  expect(await read(writesAs(people.user as Login), { stream, count: 1 })).toBe(given)
})

describe('of users it is told', () => {
  const change = (method: 'create' | 'update', loginName: string, password: string) => {
    const options = new (method === 'create' ? users.CreateReq : users.UpdateReq).Options()
    options.setLoginName(loginName)
    options.setPassword(password)
    options.setFullName('F')
    const request = new (method === 'create' ? users.CreateReq : users.UpdateReq)()
    request.setOptions(options)
    const stub = new usersService.UsersClient(address(), credentials.createSsl(house.certificate))
    open.push(stub)
    return endOf(done => stub[method](request as never, signedIn(ADMIN), done as never))
  }

  test('by name which is not there, and which is there already', async () => {
    expect(await change('update', 'none', 'p')).toEqual({
      code: 5,
      words: "User 'none' is not found.",
      trailers: { exception: 'user-not-found', 'login-name': 'none' },
    })
    expect(await change('create', 'twice', 'p1')).toEqual(WELL)
    expect(await change('create', 'twice', 'p1')).toEqual(WELL)
    expect(await change('create', 'twice', 'p2')).toEqual({
      code: 9,
      words: 'Conflict.',
      trailers: { exception: 'user-conflict', 'login-name': 'twice' },
    })
  })
})
