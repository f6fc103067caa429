// Operations and Monitoring through the client's own stubs, and what a scavenge leaves of a store.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
} from '@eventstore/db-client'
import monitoring from '@eventstore/db-client/generated/monitoring_grpc_pb.js'
import monitoringMessages from '@eventstore/db-client/generated/monitoring_pb.js'
import operations from '@eventstore/db-client/generated/operations_grpc_pb.js'
import messages from '@eventstore/db-client/generated/operations_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import { credentials } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EventStoreServer, startEventStore } from '../index.ts'
import { aStream, events, failureOf, labels } from './harness.ts'

let dir: string
let server: EventStoreServer
let client: EventStoreDBClient
let stub: InstanceType<typeof operations.OperationsClient>
const open: { close(): void }[] = []

async function start(): Promise<void> {
  server = await startEventStore({ dir })
  client = EventStoreDBClient.connectionString(server.connectionString)
  stub = new operations.OperationsClient(`127.0.0.1:${server.port}`, credentials.createInsecure())
  open.push(stub)
}
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-operations-'))
  await start()
})
afterEach(async () => {
  for (const one of open.splice(0)) one.close()
  await client.dispose()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** Calls a method of the stub. */
const call = <Request, Response>(
  method: (request: Request, done: (error: unknown, answer: Response) => void) => unknown,
  request: Request,
): Promise<Response> =>
  new Promise((resolve, reject) => {
    method.call(stub, request, (error, answer) => (error ? reject(error) : resolve(answer)))
  })

const startScavenge = () => {
  const request = new messages.StartScavengeReq()
  request.setOptions(new messages.StartScavengeReq.Options())
  return call<typeof request, InstanceType<typeof messages.ScavengeResp>>(
    stub.startScavenge,
    request,
  )
}
const stopScavenge = (id: string) => {
  const options = new messages.StopScavengeReq.Options()
  options.setScavengeId(id)
  const request = new messages.StopScavengeReq()
  request.setOptions(options)
  return call<typeof request, InstanceType<typeof messages.ScavengeResp>>(
    stub.stopScavenge,
    request,
  )
}

/** Scavenges, and gives what the store tells of it at the end. */
async function scavenge(): Promise<Record<string, unknown>> {
  const id = (await startScavenge()).getScavengeId()
  for await (const { event } of client.subscribeToStream(`$scavenges-${id}`)) {
    if (event?.type === '$scavengeCompleted') return event.data as Record<string, unknown>
  }
  throw new Error('The subscription ended.')
}

const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

async function streamsInAll(): Promise<string[]> {
  const names: string[] = []
  for await (const { event } of client.readAll()) if (event) names.push(event.streamId)
  return names
}

describe('a scavenge', () => {
  test('removes what nobody can read, and changes no read of a stream', async () => {
    const [kept, counted, cut, deleted, ended] = ['kept', 'counted', 'cut', 'deleted', 'ended'].map(
      aStream,
    ) as [string, string, string, string, string]
    for (const name of [kept, counted, cut, deleted, ended])
      await client.appendToStream(name, events('0', '1', '2', '3', '4'))
    await client.setStreamMetadata(counted, { maxCount: 2 })
    await client.setStreamMetadata(cut, { truncateBefore: 1 })
    await client.setStreamMetadata(cut, { truncateBefore: 3 })
    await client.deleteStream(deleted)
    await client.tombstoneStream(ended)
    const reads = async () => [
      await labels(client.readStream(kept)),
      await labels(client.readStream(counted)),
      await labels(client.readStream(cut)),
      (await client.getStreamMetadata(cut)).metadata,
      (await failureOf(labels(client.readStream(deleted)))).name,
      (await failureOf(labels(client.readStream(ended)))).name,
    ]
    const before = await reads()
    expect(await scavenge()).toMatchObject({ result: 'Success' })
    expect(await reads()).toEqual(before)
    const left = await streamsInAll()
    const countOf = (name: string) => left.filter(other => other === name).length
    // Of a deleted stream the last event stays, for the number of the next; of one that has ended, its tombstone.
    expect([kept, counted, cut, deleted, ended, `$$${cut}`].map(countOf)).toEqual([
      5, 2, 2, 1, 1, 1,
    ])

    await client.appendToStream(deleted, events('5'))
    expect(await labels(client.readStream(deleted))).toEqual(['5:5'])
    await client.dispose()
    await server.stop()
    await start()
    expect(await labels(client.readStream(deleted))).toEqual(['5:5'])
    await client.deleteStream(deleted)
    expect(await reads()).toEqual(before)
  })

  test('gives its space back to the disk', async () => {
    const stream = aStream()
    const filler = 'x'.repeat(10_000)
    const some = () =>
      Array.from({ length: 100 }, () => jsonEvent({ type: 'big', data: { filler } }))
    for (let batch = 0; batch < 20; batch++) await client.appendToStream(stream, some())
    await client.setStreamMetadata(stream, { maxCount: 10 })
    const { spaceSaved } = await scavenge()
    expect(spaceSaved).toBeGreaterThan(10_000_000)
    expect(bytesIn(join(dir, 'log'))).toBeLessThan(5_000_000)
    expect(await labels(client.readStream(stream))).toHaveLength(10)
  })

  test('goes on beside writers, whose events all stay', async () => {
    const [old, busy] = [aStream('old'), aStream('busy')]
    for (let batch = 0; batch < 20; batch++)
      await client.appendToStream(
        old,
        Array.from({ length: 200 }, () => jsonEvent({ type: 't', data: {} })),
      )
    await client.setStreamMetadata(old, { maxCount: 1 })
    let ended = false
    const done = scavenge().finally(() => {
      ended = true
    })
    let written = 0
    while (!ended) {
      await client.appendToStream(busy, events(String(written)))
      written++
    }
    expect(await done).toMatchObject({ result: 'Success' })
    expect(await labels(client.readStream(busy))).toEqual(
      Array.from({ length: written }, (_, n) => `${n}:${n}`),
    )
  })

  test('is one at a time, and can be stopped by its id alone', async () => {
    const stream = aStream()
    for (let batch = 0; batch < 20; batch++)
      await client.appendToStream(
        stream,
        Array.from({ length: 500 }, () => jsonEvent({ type: 't', data: {} })),
      )
    await client.setStreamMetadata(stream, { maxCount: 1 })
    const first = await startScavenge()
    const second = await startScavenge()
    expect([second.getScavengeId(), second.getScavengeResult()]).toEqual([first.getScavengeId(), 1])
    expect(await failureOf(stopScavenge('another'))).toMatchObject({ code: 5 })
    expect((await stopScavenge(first.getScavengeId())).getScavengeResult()).toBe(2)
    expect(await labels(client.readStream(stream))).toHaveLength(1)
  })
})

test('statistics come at once and again', async () => {
  const watcher = new monitoring.MonitoringClient(
    `127.0.0.1:${server.port}`,
    credentials.createInsecure(),
  )
  open.push(watcher)
  const request = new monitoringMessages.StatsReq()
  request.setRefreshTimePeriodInMs('100')
  const stats = watcher.stats(request)
  stats.on('error', () => {})
  let seen = 0
  for await (const page of stats) {
    const names = [
      ...(page as InstanceType<typeof monitoringMessages.StatsResp>).getStatsMap().keys(),
    ]
    expect(names).toEqual(expect.arrayContaining(['proc-mem', 'sys-freeMem', 'es-checksum']))
    seen++
    if (seen === 2) break
  }
  expect(seen).toBe(2)
})

test('what has no meaning for a lone node is answered', async () => {
  const empty = new shared.Empty()
  await call(stub.mergeIndexes, empty)
  await call(stub.resignNode, empty)
  await call(stub.restartPersistentSubscriptions, empty)
  const request = new messages.SetNodePriorityReq()
  request.setPriority(-3)
  await call(stub.setNodePriority, request)
  const { members } = (await (await fetch(`http://127.0.0.1:${server.port}/gossip`)).json()) as {
    members: { nodePriority: number }[]
  }
  expect(members[0]?.nodePriority).toBe(-3)
})

test('a backup taken beside writers holds all that was acknowledged before it', async () => {
  const stream = aStream()
  let [written, atBackup] = [0, 0]
  const write = async () => {
    await client.appendToStream(stream, events(String(written)))
    written++
  }
  for (let i = 0; i < 50; i++) await write()
  const place = join(dir, 'backup')
  let copied = false
  atBackup = written
  const backup = server.backup(place).finally(() => {
    copied = true
  })
  while (!copied) await write()
  await backup
  const copy = await startEventStore({ dir: place })
  const reader = EventStoreDBClient.connectionString(copy.connectionString)
  try {
    const all = Array.from({ length: written }, (_, n) => `${n}:${n}`)
    const read = await labels(reader.readStream(stream))
    expect(read.length).toBeGreaterThanOrEqual(atBackup)
    expect(read).toEqual(all.slice(0, read.length))
  } finally {
    await reader.dispose()
    await copy.stop()
  }
  await expect(server.backup(place)).rejects.toThrow('is not empty')
})

test('a shutdown stops the server, and what it had is there at the next start', async () => {
  const stream = aStream()
  await client.appendToStream(stream, events('0'))
  await call(stub.shutdown, new shared.Empty())
  await server.stopped
  await client.dispose()
  await start()
  expect(await labels(client.readStream(stream))).toEqual(['0:0'])
})

test('groups are told of over HTTP as over gRPC, and replay what they parked', async () => {
  const stream = aStream('a/stream with €')
  await client.createPersistentSubscriptionToStream(stream, 'a group', {
    ...persistentSubscriptionToStreamSettingsFromDefaults(),
    resolveLinkTos: true,
  })
  const ask = (method: string, path: string) =>
    fetch(`http://127.0.0.1:${server.port}/subscriptions${path}`, { method })
  const own = `/${encodeURIComponent(stream)}`
  const info = (await (await ask('GET', `${own}/a%20group/info`)).json()) as Record<string, unknown>
  expect(info).toMatchObject({
    eventStreamId: stream,
    groupName: 'a group',
    config: { resolveLinktos: true, namedConsumerStrategy: 'RoundRobin' },
  })
  for (const path of ['', own]) {
    const list = (await (await ask('GET', path)).json()) as { eventStreamId: string }[]
    expect(list.map(({ eventStreamId }) => eventStreamId)).toContain(stream)
  }
  expect((await ask('POST', `${own}/a%20group/replayParked`)).status).toBe(200)
  expect((await ask('POST', '/restart')).status).toBe(200)
  for (const path of ['/none', `${own}/none/info`, '/%E0%A4%A', `${own}/a%20group/nothing`])
    expect((await ask('GET', path)).status).toBe(404)
})

test('the pages of statistics have the real server’s groups', async () => {
  const page = async (path: string) =>
    (await fetch(`http://127.0.0.1:${server.port}${path}`)).json()
  expect(Object.keys((await page('/stats')) as object)).toEqual(['proc', 'sys', 'es'])
  expect(await page('/stats/proc')).toMatchObject({ id: process.pid })
})
