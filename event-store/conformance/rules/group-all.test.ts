// Groups of the whole log: their commands, where they stand, what they park, and the streams they do not see.
import {
  persistentSubscriptionToAllSettingsFromDefaults as settings,
  streamNameFilter,
} from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { eventually } from '../group-consumer.ts'
import { aStream, failureOf } from '../harness.ts'
import { useGroups } from './group-bench.ts'
import { readAll } from './reads.ts'

const bench = useGroups()

/** A group of the events of one stream, from the first of so many. */
async function watching(count: number, more: Parameters<typeof settings>[0] = {}) {
  const { client, writes } = bench
  const [stream, group] = [aStream(), aStream('g')]
  const outcome = await writes.append(stream, [{}])
  if ('ended' in outcome) throw new Error(outcome.ended.words)
  const commit = BigInt(outcome.answer.getSuccess()?.getPosition()?.getCommitPosition() ?? 0)
  await bench.append(aStream('other'), 3)
  if (count > 1) await bench.append(stream, count - 1)
  const startFrom = { commit, prepare: commit }
  const filter = streamNameFilter({ prefixes: [stream, '$persistentsubscription-$all'] })
  await client.createPersistentSubscriptionToAll(group, settings({ startFrom, ...more }), {
    filter,
  })
  const consumer = bench.groups.consume({ group })
  expect(await consumer.told(1)).toBe(`confirmed $all::${group}`)
  return { stream, group, consumer, commit }
}

const names = (list: readonly { eventSource: string; groupName: string }[]) =>
  list.map(({ eventSource, groupName }) => `${eventSource} ${groupName}`)

test('a position to begin at is that of the first event', async () => {
  const { consumer, stream, group, commit } = await watching(2)
  expect(await consumer.told(2)).toBe('0×0, 1×0')
  await bench.append(stream)
  expect(await consumer.told(1)).toBe('2×0')
  expect((await bench.groups.info({ group })).getStartFrom()).toBe(`C:${commit}/P:${commit}`)
  consumer.cancel()
})

test('its places are told and kept as positions of the log', async () => {
  const bounds = { checkPointLowerBound: 1, checkPointUpperBound: 1 }
  const { consumer, stream, group } = await watching(2, bounds)
  const given = await consumer.next(2)
  consumer.ack(...given.map(({ id }) => id))
  const { answers } = await readAll(bench.writes, {
    stream,
    from: 'end',
    backwards: true,
    count: 1,
  })
  const position = answers[0]?.getEvent()?.getCommitPosition()
  const place = `C:${position}/P:${position}`
  const info = () => bench.groups.info({ group })
  await eventually(async () => (await info()).getLastCheckpointedEventPosition()).toBe(place)
  expect((await info()).getLastKnownEventPosition()).toBe(place)
  const own = { stream: `$persistentsubscription-$all::${group}-checkpoint`, from: 'end' }
  const kept = await readAll(bench.writes, { ...own, backwards: true, count: 1 })
  const data = kept.answers[0]?.getEvent()?.getEvent()?.getData_asU8()
  expect(JSON.parse(Buffer.from(data ?? []).toString())).toBe(place)
  consumer.cancel()
})

test('what it parks has no number, is not in the log, and comes again', async () => {
  const { consumer, stream, group } = await watching(1)
  const [given] = await consumer.next(1)
  consumer.nack('park', given?.id as string)
  const parked = async () => (await bench.groups.info({ group })).getParkedMessageCount()
  await eventually(parked).toBe('1')
  const own = `$persistentsubscription-$all::${group}-parked`
  const { answers } = await readAll(bench.writes, { stream: own, count: 1 })
  const event = answers[0]?.getEvent()?.getEvent()
  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString()
  expect(text(event?.getData_asU8())).toBe(`0@${stream}`)
  expect(JSON.parse(text(event?.getCustomMetadata_asU8()))).toEqual({
    added: expect.any(String),
    reason: "Client explicitly NAK'ed message.\nbecause",
  })
  await bench.client.replayParkedMessagesToAll(group)
  expect(await consumer.told(1)).toBe('0 by 0×0')
  consumer.cancel()
})

test('commands on it are those on groups of streams', async () => {
  const { client } = bench
  const { group, consumer, commit } = await watching(1)
  const again = client.createPersistentSubscriptionToAll(group, settings())
  expect(await failureOf(again)).toMatchObject({
    type: 'persistent-subscription-exists',
    streamName: '$all',
    groupName: group,
  })
  expect(names(await client.listPersistentSubscriptionsToAll())).toContain(`$all ${group}`)
  expect(names(await client.listAllPersistentSubscriptions())).toContain(`$all ${group}`)
  const startFrom = { commit, prepare: commit }
  await client.updatePersistentSubscriptionToAll(group, settings({ startFrom, maxRetryCount: 4 }))
  expect((await consumer.ended).trailers).toEqual({
    exception: 'persistent-subscription-dropped',
    'stream-name': '$all',
    'group-name': group,
  })
  const info = await client.getPersistentSubscriptionToAllInfo(group)
  expect(info).toMatchObject({ eventSource: '$all', settings: { maxRetryCount: 4, startFrom } })
  await client.deletePersistentSubscriptionToAll(group)
  expect(names(await client.listPersistentSubscriptionsToAll())).not.toContain(`$all ${group}`)
})
