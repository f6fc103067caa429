// What consumers are sent and how they answer it, message by message: by which ids, how often, and what is told of it.
import { describe, expect, test } from 'vitest'
import { eventually } from '../group-consumer.ts'
import { aStream } from '../harness.ts'
import { useGroups } from './group-bench.ts'
import type { Verdict } from './groups.ts'
import { place, readAll } from './reads.ts'

const bench = useGroups()
const link = (data: string) => ({
  data,
  fields: { type: '$>', 'content-type': 'application/octet-stream' },
})

test('an event comes with the count of its retries, of none too', async () => {
  const consumer = await bench.join(await bench.groupOf(2))
  expect(await consumer.told(2)).toBe('0×0, 1×0')
})

test('a consumer with room for none is confirmed, and sent nothing', async () => {
  const stream = await bench.groupOf(2)
  await bench.join(stream, 0)
  const other = await bench.join(stream)
  expect(await other.told(2)).toBe('0×0, 1×0')
  expect(await bench.counts(stream)).toMatchObject({ inFlight: 2 })
})

describe('of the verdict', () => {
  test.each<[Verdict, string, number]>([
    ['retry', '0×1', 0],
    ['unknown', '0×1', 0],
    ['park', '2×0', 1],
    ['skip', '2×0', 0],
    ['stop', '2×0', 0],
  ])('%s on the first of three follows %s, with %i parked', async (verdict, next, parked) => {
    const stream = await bench.groupOf(3)
    const consumer = await bench.join(stream, 2)
    const [first] = await consumer.next(2)
    consumer.nack(verdict, first?.id as string)
    expect(await consumer.told(1)).toBe(next)
    await eventually(async () => (await bench.counts(stream)).parked).toBe(`${parked}`)
  })

  test('retry often enough, it is parked with the number of tries', async () => {
    const stream = await bench.groupOf(1, { MaxRetryCount: 1 })
    const consumer = await bench.join(stream)
    const [first] = await consumer.next(1)
    consumer.nack('retry', first?.id as string)
    expect(await consumer.told(1)).toBe('0×1')
    consumer.nack('retry', first?.id as string)
    await eventually(() => bench.parkedOf(stream)).toEqual([`0@${stream} Reached retry count of 1`])
  })

  test('none in time, it is retried and then parked in the same words', async () => {
    const stream = await bench.groupOf(1, { MessageTimeoutMs: 0, MaxRetryCount: 1 })
    const consumer = await bench.join(stream)
    expect(await consumer.told(2)).toBe('0×0, 0×1')
    await eventually(() => bench.parkedOf(stream)).toEqual([`0@${stream} Reached retry count of 1`])
  })
})

test('ids that are not in flight are passed over, in acks and nacks', async () => {
  const stream = await bench.groupOf(2)
  const consumer = await bench.join(stream)
  const [first, second] = await consumer.next(2)
  consumer.ack('a0000000-0000-4000-8000-000000000009')
  consumer.nack('park', 'a0000000-0000-4000-8000-000000000008')
  consumer.ack(first?.id as string, first?.id as string)
  consumer.nack('retry', first?.id as string)
  consumer.ack(second?.id as string)
  await bench.append(stream)
  expect(await consumer.told(1)).toBe('2×0')
  expect(await bench.counts(stream)).toMatchObject({ inFlight: 1, parked: '0', retrying: 0 })
})

describe('of links that are resolved', () => {
  test('each is answered by its own id, not by that of what it leads to', async () => {
    const target = aStream()
    await bench.append(target, 2)
    const stream = await bench.groupOf(0, { ResolveLinks: true })
    await bench.writes.append(
      stream,
      ['0', '1', '7'].map(n => link(`${n}@${target}`)),
    )
    const consumer = await bench.join(stream, 1)
    const [first] = await consumer.next(1)
    expect(first?.words).toBe('0 by 0×0')
    consumer.ack(first?.id as string)
    expect(await bench.counts(stream)).toMatchObject({ inFlight: 1 })
    consumer.ack(first?.ownId as string)
    const [second] = await consumer.next(1)
    expect(second?.words).toBe('1 by 1×0')
    consumer.ack(second?.ownId as string)
    expect(await consumer.told(1)).toBe('nothing by 2×0')
  })

  test('one that is parked is parked as what it leads to', async () => {
    const target = aStream()
    await bench.append(target)
    const stream = await bench.groupOf(0, { ResolveLinks: true })
    await bench.writes.append(stream, [link(`0@${target}`)])
    const consumer = await bench.join(stream)
    const [given] = await consumer.next(1)
    consumer.nack('park', given?.ownId as string)
    const reason = "Client explicitly NAK'ed message.\nbecause"
    await eventually(() => bench.parkedOf(stream)).toEqual([`0@${target} ${reason}`])
  })
})

test('a consumer that hangs up again and again has its events sent on, and none parked', async () => {
  const stream = await bench.groupOf(1, { MaxRetryCount: 1 })
  for (const retries of [0, 1, 2, 3]) {
    const consumer = await bench.join(stream)
    expect(await consumer.told(1)).toBe(`0×${retries}`)
    consumer.cancel()
    await eventually(() => bench.counts(stream)).toMatchObject({ inFlight: 0, retrying: 1 })
  }
  expect(await bench.counts(stream)).toMatchObject({ parked: '0' })
})

test('by correlation, the events of one conversation go to one consumer, whatever their stream', async () => {
  const stream = await bench.groupOf(0, { ConsumerStrategy: 'PinnedByCorrelation' })
  const all = [await bench.join(stream, 100), await bench.join(stream, 100)]
  const ids = Array.from({ length: 20 }, (_, i) => `conversation-${i}`)
  const sent = [...ids, ...ids].map($correlationId => ({
    custom: JSON.stringify({ $correlationId }),
  }))
  await bench.writes.append(stream, sent)
  const info = await bench.groups.info({ stream })
  const shares = info.getConnectionsList().map(connection => connection.getInFlightMessages())
  expect(shares[0] as number).toBeGreaterThan(0)
  expect(shares[1] as number).toBeGreaterThan(0)
  for (const [i, consumer] of all.entries()) {
    const revisions = (await consumer.next(shares[i] as number)).map(({ words }) =>
      Number.parseInt(words, 10),
    )
    const conversations = revisions.map(revision => revision % ids.length)
    // Whoever has the first event of a conversation has the second.
    expect(conversations).toHaveLength(2 * new Set(conversations).size)
  }
})

test('what is told of a consumer is its name, its user and its room', async () => {
  const stream = await bench.groupOf(3)
  const consumer = await bench.join(stream, 2, 'a name')
  await consumer.next(2)
  const info = await bench.groups.info({ stream })
  expect(info.getConnectionsList().map(connection => connection.toObject())).toMatchObject([
    {
      from: '',
      username: 'system',
      connectionName: 'a name',
      availableSlots: 0,
      inFlightMessages: 2,
    },
  ])
  expect(info.toObject()).toMatchObject({ readBufferCount: 1, lastKnownEventPosition: '2' })
})

test('configuration and checkpoints are kept in the streams of the real server', async () => {
  const stream = await bench.groupOf(3, { MinCheckpointCount: 1, MaxCheckpointCount: 1 })
  const consumer = await bench.join(stream)
  consumer.ack(...(await consumer.next(3)).map(({ id }) => id))
  const info = async () => (await bench.groups.info({ stream })).getLastCheckpointedEventPosition()
  await eventually(info).toBe('2')
  const { writes } = bench
  const own = {
    stream: `$persistentsubscription-${stream}::g-checkpoint`,
    from: 'end',
    backwards: true,
  }
  const { answers } = await readAll(writes, { ...own, count: 1 })
  const checkpoint = answers[0]?.getEvent()?.getEvent()
  expect(checkpoint?.getMetadataMap().get('type')).toBe('$SubscriptionCheckpoint')
  expect(Buffer.from(checkpoint?.getData_asU8() ?? []).toString()).toBe('"2"')
  const config = await readAll(writes, {
    stream: '$persistentSubscriptionConfig',
    from: 'end',
    backwards: true,
    count: 1,
  })
  const last = config.answers[0]?.getEvent()?.getEvent()
  expect(last?.getMetadataMap().get('type')).toBe('$PersistentConfig')
  const { version, entries } = JSON.parse(Buffer.from(last?.getData_asU8() ?? []).toString())
  expect(version).toBe('2')
  expect(entries).toContainEqual(expect.objectContaining({ stream, group: 'g' }))
  expect(config.answers.map(place)[0]).toMatch(/^\$persistentSubscriptionConfig@\d+$/)
})

test('an update goes on behind the checkpoint, wherever it says to begin', async () => {
  const bounds = { MinCheckpointCount: 1, MaxCheckpointCount: 1 }
  const stream = await bench.groupOf(5, bounds)
  const consumer = await bench.join(stream)
  consumer.ack(...(await consumer.next(3)).map(({ id }) => id))
  const checkpoint = async () =>
    (await bench.groups.info({ stream })).getLastCheckpointedEventPosition()
  await eventually(checkpoint).toBe('2')
  await bench.groups.update({ stream, from: 'start', settings: bounds })
  await consumer.ended
  expect(await (await bench.join(stream)).told(2)).toBe('3×0, 4×0')
})

test('how long events took is told by the names of the real server, once some were answered', async () => {
  const stream = await bench.groupOf(2, { ExtraStatistics: true })
  const consumer = await bench.join(stream)
  const measured = async () => {
    const [connection] = (await bench.groups.info({ stream })).getConnectionsList()
    return connection?.getObservedMeasurementsList().map(measurement => measurement.getKey())
  }
  const given = await consumer.next(2)
  expect(await measured()).toEqual([])
  consumer.ack(given[0]?.id as string)
  const quintiles = [1, 2, 3, 4, 5].map(n => `Quintile ${n}`)
  const shares = ['90%', '95%', '99%', '99.5%', '99.9%']
  await eventually(measured).toEqual([
    'Mean',
    'Median',
    'Fastest',
    ...quintiles,
    ...shares,
    'Highest',
  ])
})
