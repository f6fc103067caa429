// What a group is set to: each setting as it is told again, and settings that can't be met.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { Groups } from './groups.ts'
import { useWire } from './situations.ts'
import { WELL } from './wire.ts'

const bench = useWire()
let groups: Groups
beforeAll(() => {
  groups = new Groups(bench().server.port)
})
afterAll(() => groups.close())

const TOO_LARGE =
  "Specified argument was out of the range of valid values. (Parameter 'ReadBatchSize may not be greater than or equal to BufferSize')"

describe('a group made with', () => {
  // What GetInfo tells where nothing was said otherwise.
  const told = {
    status: 'Live',
    resolveLinkTos: false,
    extraStatistics: false,
    messageTimeoutMilliseconds: 30_000,
    checkPointAfterMilliseconds: 2000,
    maxRetryCount: 10,
    minCheckPointCount: 10,
    maxCheckPointCount: 1000,
    maxSubscriberCount: 0,
    liveBufferSize: 500,
    bufferSize: 500,
    readBatchSize: 20,
    namedConsumerStrategy: 'DispatchToSingle',
    lastCheckpointedEventPosition: '',
    lastKnownEventPosition: '',
    connectionsList: [],
  }

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['nothing out of the ordinary', {}, {}],
    ['resolved links', { ResolveLinks: true }, { resolveLinkTos: true }],
    ['statistics', { ExtraStatistics: true }, { extraStatistics: true }],
    ['a time-out of none', { MessageTimeoutMs: 0 }, { messageTimeoutMilliseconds: 0 }],
    ['a time-out below zero', { MessageTimeoutMs: -1 }, { messageTimeoutMilliseconds: -1 }],
    [
      'a time-out in ticks',
      { MessageTimeoutMs: undefined, MessageTimeoutTicks: '50000000' },
      { messageTimeoutMilliseconds: 5000 },
    ],
    [
      'checkpoints in ticks',
      { CheckpointAfterMs: undefined, CheckpointAfterTicks: '12340000' },
      { checkPointAfterMilliseconds: 1234 },
    ],
    [
      'checkpoints never by time',
      { CheckpointAfterMs: 0 },
      { checkPointAfterMilliseconds: 2147483647 },
    ],
    [
      'checkpoints after less than nothing',
      { CheckpointAfterMs: -1 },
      { checkPointAfterMilliseconds: -1 },
    ],
    ['no retries', { MaxRetryCount: 0 }, { maxRetryCount: 0 }],
    ['less than no retries', { MaxRetryCount: -1 }, { maxRetryCount: -1 }],
    [
      'bounds the wrong way round',
      { MinCheckpointCount: 20, MaxCheckpointCount: 10 },
      { minCheckPointCount: 20, maxCheckPointCount: 10 },
    ],
    [
      'bounds of none',
      { MinCheckpointCount: 0, MaxCheckpointCount: 0 },
      { minCheckPointCount: 0, maxCheckPointCount: 0 },
    ],
    ['three consumers at most', { MaxSubscriberCount: 3 }, { maxSubscriberCount: 3 }],
    [
      'no buffers',
      { LiveBufferSize: 0, ReadBatchSize: 0 },
      { liveBufferSize: 0, readBatchSize: 0 },
    ],
    ['the largest page that fits', { ReadBatchSize: 499 }, { readBatchSize: 499 }],
    ['strategy 1', { NamedConsumerStrategy: 1 }, { namedConsumerStrategy: 'RoundRobin' }],
    ['strategy 2', { NamedConsumerStrategy: 2 }, { namedConsumerStrategy: 'Pinned' }],
    [
      'a strategy by name',
      { ConsumerStrategy: 'RoundRobin' },
      { namedConsumerStrategy: 'RoundRobin' },
    ],
    [
      'one that has a name alone',
      { ConsumerStrategy: 'PinnedByCorrelation' },
      { namedConsumerStrategy: 'PinnedByCorrelation' },
    ],
    ['an empty name', { ConsumerStrategy: '' }, {}],
    [
      'a name beside a number',
      { NamedConsumerStrategy: 1, ConsumerStrategy: 'Pinned' },
      { namedConsumerStrategy: 'Pinned' },
    ],
  ])('%s is told so, by a create and by an update', async (_, settings, differs) => {
    const stream = aStream()
    expect(await groups.create({ stream, settings })).toEqual(WELL)
    const info = (await groups.info({ stream })).toObject()
    expect(info).toMatchObject({ ...told, ...differs, eventSource: stream, groupName: 'g' })
    expect(info.startFrom).toBe('0')
    // The enumeration of an update has no name beside it.
    if ('ConsumerStrategy' in settings) return
    const other = aStream()
    await groups.create({ stream: other })
    expect(await groups.update({ stream: other, settings })).toEqual(WELL)
    expect((await groups.info({ stream: other })).toObject()).toMatchObject({ ...told, ...differs })
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['a page as large as the buffer', { ReadBatchSize: 500 }, TOO_LARGE],
    ['a page larger than the buffer', { ReadBatchSize: 501 }, TOO_LARGE],
    ['a buffer of none', { HistoryBufferSize: 0 }, TOO_LARGE],
    [
      'a strategy that is none',
      { ConsumerStrategy: 'Foo' },
      'Consumer strategy Foo does not exist.',
    ],
    [
      'a strategy in other letters',
      { ConsumerStrategy: 'roundrobin' },
      'Consumer strategy roundrobin does not exist.',
    ],
    ['strategy 9', { NamedConsumerStrategy: 9 }, 'Consumer strategy 9 does not exist.'],
  ])('%s is not made, with the reason in the trailers', async (_, settings, reason) => {
    const stream = aStream()
    expect(await groups.create({ stream, settings })).toEqual({
      code: 13,
      words: `Subscription group g on stream ${stream} failed: '${reason}'`,
      trailers: {
        exception: 'persistent-subscription-failed',
        'stream-name': stream,
        'group-name': 'g',
        reason,
      },
    })
    await expect(groups.info({ stream })).rejects.toThrow('does not exist')
  })
})
