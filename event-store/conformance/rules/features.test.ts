// What clients ask a server before they use it: its methods and version, its cluster of one, and what it begins with.
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import type gossipMessages from '@eventstore/db-client/generated/gossip_pb.js'
import service from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import type messages from '@eventstore/db-client/generated/serverfeatures_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import { credentials } from '@grpc/grpc-js'
import { beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from '../harness.ts'
import { ADMIN, SecureServer } from '../secure-server.ts'
import { place, read, readAll } from './reads.ts'
import { useWire } from './situations.ts'
import { type Outcome, outcomeOf } from './wire.ts'

const bench = useWire()
const empty = () => new shared.Empty()

function answered<Answer>(outcome: Outcome<Answer>): Answer {
  if ('ended' in outcome) throw new Error(outcome.ended.words)
  return outcome.answer
}

describe('the method list', () => {
  const BOTH = '[stream,all]'
  const METHODS: Readonly<Record<string, readonly string[]>> = {
    'streams.streams': [
      'read [position,events]',
      'append []',
      'delete []',
      'tombstone []',
      'batchappend [deadline_duration]',
    ],
    'persistent_subscriptions.persistentsubscriptions': [
      `create ${BOTH}`,
      `update ${BOTH}`,
      `delete ${BOTH}`,
      `read ${BOTH}`,
      `getinfo ${BOTH}`,
      `list ${BOTH}`,
      `replayparked ${BOTH}`,
      `restartsubsystem ${BOTH}`,
    ],
    'projections.projections': [
      'create [track_emitted_streams]',
      ...['update', 'delete', 'statistics', 'disable', 'enable', 'reset', 'state', 'result'].map(
        method => `${method} []`,
      ),
      'restartsubsystem []',
    ],
    'users.users': [
      ...['create', 'update', 'delete', 'disable', 'enable', 'details'].map(name => `${name} []`),
      'changepassword []',
      'resetpassword []',
    ],
    'operations.operations': [
      ...['startscavenge', 'stopscavenge', 'shutdown', 'mergeindexes'].map(name => `${name} []`),
      'resignnode []',
      'setnodepriority []',
      'restartpersistentsubscriptions []',
    ],
    'gossip.gossip': ['read []'],
    'monitoring.monitoring': ['stats []'],
    'server_features.serverfeatures': ['getsupportedmethods []'],
  }
  let list: InstanceType<typeof messages.SupportedMethods>
  beforeAll(async () => {
    const address = `127.0.0.1:${bench().server.port}`
    const stub = new service.ServerFeaturesClient(address, credentials.createInsecure())
    list = answered(await outcomeOf(done => stub.getSupportedMethods(empty(), done as never)))
    stub.close()
  })

  test.each(Object.entries(METHODS))('names all of %s with what they can do', (name, wanted) => {
    const found = list
      .getMethodsList()
      .filter(method => method.getServiceName() === `event_store.client.${name}`)
      .map(method => `${method.getMethodName()} [${method.getFeaturesList()}]`)
    expect(found.sort()).toEqual([...wanted].sort())
  })

  test('names nothing else, and all in lower case', () => {
    const names = list.getMethodsList().map(method => method.getServiceName())
    expect([...new Set(names)].sort()).toEqual(
      Object.keys(METHODS)
        .map(name => `event_store.client.${name}`)
        .sort(),
    )
  })

  test('comes with a version of three numbers, of a server that speaks this protocol', () => {
    expect(list.getEventStoreServerVersion()).toMatch(/^24\.10\.\d+$/)
  })
})

test('the cluster is one living leader, at the address that was called', async () => {
  const { port } = bench().server
  const stub = new gossipService.GossipClient(`127.0.0.1:${port}`, credentials.createInsecure())
  const before = BigInt(Date.now())
  const info: InstanceType<typeof gossipMessages.ClusterInfo> = answered(
    await outcomeOf(done => stub.read(empty(), done as never)),
  )
  stub.close()
  const LEADER = 8
  expect(info.getMembersList().map(member => member.toObject())).toMatchObject([
    { state: LEADER, isAlive: true, httpEndPoint: { address: '127.0.0.1', port } },
  ])
  const [member] = info.getMembersList()
  expect(member?.getInstanceId()?.hasStructured()).toBe(true)
  expect(BigInt(member?.getTimeStamp() ?? 0) / 10_000n).toBeGreaterThanOrEqual(before)
})

describe('a fresh server', () => {
  test('has one event to read: the metadata of what scavenges tell', async () => {
    const { writes } = bench()
    const { answers } = await readAll(writes, { count: 100 })
    expect(answers.map(place)).toEqual(['$$$scavenges@0'])
    const data = Buffer.from(answers[0]?.getEvent()?.getEvent()?.getData_asU8() ?? []).toString()
    expect(JSON.parse(data)).toEqual({
      $maxAge: 2_592_000,
      $acl: { $r: '$ops', $w: [], $d: [], $mr: [], $mw: [] },
    })
  })

  test.each([
    '$settings',
    '$users',
    '$streams',
    '$persistentSubscriptionConfig',
    '$scavenges',
    '$projections',
    '$all',
  ])('has no stream %s', async stream => {
    expect(await read(bench().writes, { stream, count: 1 })).toBe('not found')
  })

  test('has one stream more, which is read by its name alone', async () => {
    const epochs = { stream: '$epoch-information', count: 10 }
    expect(await read(bench().writes, epochs)).toBe('0')
  })

  test('has no groups, of the whole log neither', async () => {
    const { client } = bench()
    expect(await client.listAllPersistentSubscriptions()).toEqual([])
    expect(await failureOf(client.listPersistentSubscriptionsToAll())).toMatchObject({
      type: 'persistent-subscription-does-not-exist',
      streamName: '$all',
      groupName: '',
    })
  })

  test('that asks for credentials has its two first users', async () => {
    const house = new SecureServer()
    await house.start()
    try {
      const found: string[] = []
      const client = house.as(ADMIN)
      for await (const { event } of client.readAll()) {
        found.push(`${event?.streamId}@${event?.revision} ${event?.type}`)
      }
      expect(found.sort()).toEqual([
        '$$$scavenges@0 $metadata',
        '$$$user-admin@0 $metadata',
        '$$$user-ops@0 $metadata',
        '$user-admin@0 $UserCreated',
        '$user-ops@0 $UserCreated',
        '$users@0 $User',
        '$users@1 $User',
      ])
      expect(await house.details('admin')).toEqual([
        {
          login: 'admin',
          fullName: 'Event Store Administrator',
          groups: ['$admins'],
          disabled: false,
        },
      ])
      expect(await house.details('ops')).toEqual([
        { login: 'ops', fullName: 'Event Store Operations', groups: ['$ops'], disabled: false },
      ])
    } finally {
      await house.remove()
    }
  })
})
