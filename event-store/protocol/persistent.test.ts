// The messages of persistent subscriptions against the client's generated code.
import persistent from '@eventstore/db-client/generated/persistent_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type GroupInfo, groupInfo, groupList } from './persistent-info.ts'
import { decodeConsumerMessage, delivered, groupConfirmation } from './persistent-read.ts'
import {
  decodeChangeRequest,
  decodeDeleteRequest,
  decodeInfoRequest,
  decodeListRequest,
  decodeReplayRequest,
} from './persistent-requests.ts'
import { encodeRecord } from './recorded-event.ts'

const {
  CreateReq,
  DeleteReq,
  GetInfoReq,
  GetInfoResp,
  ListReq,
  ListResp,
  ReadReq,
  ReadResp,
  ReplayParkedReq,
  SubscriptionInfo,
  UpdateReq,
} = persistent

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const bytesOf = (message: { serializeBinary(): Uint8Array }) =>
  Buffer.from(message.serializeBinary())
const bodyOf = (frame: Buffer): Buffer => {
  expect(frame.readUInt32BE(1)).toBe(frame.length - 5)
  return frame.subarray(5)
}

function streamIdentifier(name: string) {
  const stream = new shared.StreamIdentifier()
  stream.setStreamName(Buffer.from(name))
  return stream
}

function uuid(id: string) {
  const message = new shared.UUID()
  message.setString(id)
  return message
}

const someSettings = fc.record({
  resolveLinks: fc.boolean(),
  extraStatistics: fc.boolean(),
  messageTimeoutMs: int32,
  maxRetryCount: int32,
  checkpointAfterMs: int32,
  minCheckpointCount: int32,
  maxCheckpointCount: int32,
  maxSubscriberCount: int32,
  liveBufferSize: int32,
  readBatchSize: int32,
  historyBufferSize: int32,
})
type SomeSettings = typeof someSettings extends fc.Arbitrary<infer T> ? T : never

function fillSettings(
  message: InstanceType<typeof CreateReq.Settings | typeof UpdateReq.Settings>,
  settings: SomeSettings,
) {
  message.setResolveLinks(settings.resolveLinks)
  message.setExtraStatistics(settings.extraStatistics)
  message.setMessageTimeoutMs(settings.messageTimeoutMs)
  message.setMaxRetryCount(settings.maxRetryCount)
  message.setCheckpointAfterMs(settings.checkpointAfterMs)
  message.setMinCheckpointCount(settings.minCheckpointCount)
  message.setMaxCheckpointCount(settings.maxCheckpointCount)
  message.setMaxSubscriberCount(settings.maxSubscriberCount)
  message.setLiveBufferSize(settings.liveBufferSize)
  message.setReadBatchSize(settings.readBatchSize)
  message.setHistoryBufferSize(settings.historyBufferSize)
}

describe('commands', () => {
  test('a group of a stream, in the fields of today', () => {
    const revision = fc.bigInt({ min: 0n, max: 2n ** 64n - 2n })
    fc.assert(
      fc.property(text, text, someSettings, revision, text, (name, group, settings, from, by) => {
        const source = new CreateReq.StreamOptions()
        source.setStreamIdentifier(streamIdentifier(name))
        source.setRevision(String(from))
        const wanted = new CreateReq.Settings()
        fillSettings(wanted, settings)
        wanted.setNamedConsumerStrategy(CreateReq.ConsumerStrategy.PINNED)
        wanted.setConsumerStrategy(by)
        const options = new CreateReq.Options()
        options.setStream(source)
        options.setGroupName(group)
        options.setSettings(wanted)
        const request = new CreateReq()
        request.setOptions(options)
        expect(decodeChangeRequest(bytesOf(request))).toMatchObject({
          source: { stream: Buffer.from(name).toString() },
          group: Buffer.from(group).toString(),
          from: { commit: from, prepare: 0n },
          settings: { ...settings, strategy: Buffer.from(by).toString() || 'Pinned' },
        })
      }),
    )
  })

  test('a group of a stream, in the fields of before, with times in ticks', () => {
    for (const [revision, from] of [
      ['7', { commit: 7n, prepare: 0n }],
      ['18446744073709551615', 'end'],
    ] as const) {
      const settings = new UpdateReq.Settings()
      settings.setRevision(revision)
      settings.setMessageTimeoutTicks('50000000')
      settings.setCheckpointAfterTicks('12340000')
      const options = new UpdateReq.Options()
      options.setStreamIdentifier(streamIdentifier('a'))
      options.setGroupName('g')
      options.setSettings(settings)
      const request = new UpdateReq()
      request.setOptions(options)
      expect(decodeChangeRequest(bytesOf(request))).toMatchObject({
        source: { stream: 'a' },
        from,
        settings: { messageTimeoutMs: 5000, checkpointAfterMs: 1234, strategy: 'DispatchToSingle' },
      })
    }
  })

  test('a group of the whole log, with its filter', () => {
    const expression = new CreateReq.AllOptions.FilterOptions.Expression()
    expression.setPrefixList(['a', 'b'])
    const filter = new CreateReq.AllOptions.FilterOptions()
    filter.setStreamIdentifier(expression)
    filter.setMax(32)
    const position = new CreateReq.Position()
    position.setCommitPosition('9')
    position.setPreparePosition('8')
    const source = new CreateReq.AllOptions()
    source.setPosition(position)
    source.setFilter(filter)
    const options = new CreateReq.Options()
    options.setAll(source)
    const request = new CreateReq()
    request.setOptions(options)
    expect(decodeChangeRequest(bytesOf(request))).toMatchObject({
      source: 'all',
      from: { commit: 9n, prepare: 8n },
      filter: { on: 'stream', regex: '', prefixes: ['a', 'b'] },
      settings: undefined,
    })
  })

  test('the others say which group they mean', () => {
    fc.assert(
      fc.property(
        text,
        text,
        fc.boolean(),
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
        (s, g, onAll, stopAt) => {
          const stream = { stream: Buffer.from(s).toString() }
          const meant = { source: onAll ? 'all' : stream, group: Buffer.from(g).toString() }
          const fill = <
            T extends InstanceType<
              typeof DeleteReq.Options | typeof GetInfoReq.Options | typeof ReplayParkedReq.Options
            >,
          >(
            options: T,
          ): T => {
            if (onAll) options.setAll(new shared.Empty())
            else options.setStreamIdentifier(streamIdentifier(s))
            options.setGroupName(g)
            return options
          }
          const remove = new DeleteReq()
          remove.setOptions(fill(new DeleteReq.Options()))
          expect(decodeDeleteRequest(bytesOf(remove))).toEqual(meant)
          const info = new GetInfoReq()
          info.setOptions(fill(new GetInfoReq.Options()))
          expect(decodeInfoRequest(bytesOf(info))).toEqual(meant)
          const replay = new ReplayParkedReq()
          const options = fill(new ReplayParkedReq.Options())
          replay.setOptions(options)
          expect(decodeReplayRequest(bytesOf(replay))).toEqual({ ...meant, stopAt: undefined })
          options.setStopAt(String(stopAt))
          expect(decodeReplayRequest(bytesOf(replay))).toEqual({ ...meant, stopAt })
        },
      ),
    )
  })

  test('a list is of a stream, of the whole log or of all', () => {
    const list = (fill: (options: InstanceType<typeof ListReq.Options>) => void) => {
      const options = new ListReq.Options()
      fill(options)
      const request = new ListReq()
      request.setOptions(options)
      return decodeListRequest(bytesOf(request))
    }
    expect(list(options => options.setListAllSubscriptions(new shared.Empty()))).toBe('every')
    const ofStream = new ListReq.StreamOption()
    ofStream.setStream(streamIdentifier('ü'))
    expect(list(options => options.setListForStream(ofStream))).toEqual({ stream: 'ü' })
    const ofAll = new ListReq.StreamOption()
    ofAll.setAll(new shared.Empty())
    expect(list(options => options.setListForStream(ofAll))).toBe('all')
    expect(list(() => {})).toBeUndefined()
  })
})

describe('a consumer', () => {
  test('says what it wants to hear', () => {
    const ids = new ReadReq.Options.UUIDOption()
    ids.setStructured(new shared.Empty())
    const options = new ReadReq.Options()
    options.setStreamIdentifier(streamIdentifier('a'))
    options.setGroupName('g')
    options.setBufferSize(-5)
    options.setUuidOption(ids)
    const request = new ReadReq()
    request.setOptions(options)
    expect(decodeConsumerMessage(bytesOf(request))).toEqual({
      kind: 'options',
      options: { source: { stream: 'a' }, group: 'g', bufferSize: -5, ids: 'structured' },
    })
    expect(decodeConsumerMessage(bytesOf(new ReadReq()))).toBeUndefined()
  })

  test('answers by ids', () => {
    const { PARK } = ReadReq.Nack.Action
    fc.assert(
      fc.property(fc.array(fc.uuid(), { maxLength: 5 }), text, (ids, reason) => {
        const ack = new ReadReq.Ack()
        ack.setId(Buffer.from('the id of the subscription'))
        ack.setIdsList(ids.map(uuid))
        const first = new ReadReq()
        first.setAck(ack)
        const wanted = ids.map(id => Buffer.from(id))
        expect(decodeConsumerMessage(bytesOf(first))).toEqual({ kind: 'ack', ids: wanted })
        const nack = new ReadReq.Nack()
        nack.setIdsList(ids.map(uuid))
        nack.setAction(PARK)
        nack.setReason(reason)
        const second = new ReadReq()
        second.setNack(nack)
        expect(decodeConsumerMessage(bytesOf(second))).toEqual({
          kind: 'nack',
          ids: wanted,
          action: 'park',
          reason: Buffer.from(reason).toString(),
        })
      }),
    )
  })

  test('is confirmed and given events as the generated code would say it', () => {
    const confirmed = ReadResp.deserializeBinary(bodyOf(groupConfirmation('a::g')))
    expect(confirmed.getSubscriptionConfirmation()?.getSubscriptionId()).toBe('a::g')
    const place = fc.record({
      streamNumber: fc.constant(1),
      streamName: fc.constantFrom('a', 'ü').map(name => Buffer.from(name)),
      revision: fc.nat(1000),
      position: fc.integer({ min: 1, max: 2 ** 47 }),
      created: fc.constant(1_800_000_000_000),
    })
    const newEvent = fc.record({
      id: fc.uuid().map(id => Buffer.from(id)),
      type: fc.constantFrom('t', '$>').map(type => Buffer.from(type)),
      isJson: fc.boolean(),
      data: fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
      customMetadata: fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
    })
    const entry = fc.record({ event: newEvent, at: place })
    fc.assert(
      fc.property(
        entry,
        fc.option(entry),
        fc.nat(),
        fc.constantFrom('text', 'structured'),
        (e, l, retryCount, ids) => {
          const event = encodeRecord(e.event, e.at)
          const link = l ? encodeRecord(l.event, l.at) : undefined
          const { position } = l ? l.at : e.at
          const frame = delivered({ event, link, position, retryCount }, ids as 'text')
          const answer = ReadResp.deserializeBinary(bodyOf(frame))
          const read = answer.getEvent()
          expect(read?.getRetryCount()).toBe(retryCount)
          expect(read?.getCountCase()).toBe(ReadResp.ReadEvent.CountCase.RETRY_COUNT)
          expect(read?.getCommitPosition()).toBe(String(position))
          const recorded = read?.getEvent()
          expect(recorded?.getPreparePosition()).toBe(String(position))
          expect(recorded?.getCommitPosition()).toBe(String(position))
          expect(recorded?.getStreamRevision()).toBe(String(e.at.revision))
          expect(Buffer.from(recorded?.getData_asU8() ?? [])).toEqual(e.event.data)
          expect(recorded?.getMetadataMap().get('type')).toBe(e.event.type.toString())
          expect(recorded?.getId()?.hasStructured()).toBe(ids === 'structured')
          expect(read?.getLink()?.getStreamRevision()).toBe(l ? String(l.at.revision) : undefined)
          // Nothing is said in another way than the generated code would.
          expect(bytesOf(answer).length).toBe(bodyOf(frame).length)
        },
      ),
    )
  })
})

test('statistics are those that the generated code reads', () => {
  const count = fc.integer({ min: 0, max: 2 ** 31 - 1 })
  const someInfo = fc.record({
    eventSource: text,
    groupName: text,
    status: text,
    averagePerSecond: count,
    totalItems: fc.maxSafeNat(),
    countSinceLastMeasurement: fc.maxSafeNat(),
    lastCheckpointed: text,
    lastKnown: text,
    startFrom: text,
    strategy: text,
    readBufferCount: count,
    liveBufferCount: fc.maxSafeNat(),
    retryBufferCount: count,
    inFlightMessages: count,
    outstandingMessages: count,
    parkedMessages: fc.maxSafeNat(),
    connections: fc.array(
      fc.record({
        username: text,
        connectionName: text,
        averagePerSecond: count,
        totalItems: fc.maxSafeNat(),
        countSinceLastMeasurement: fc.maxSafeNat(),
        availableSlots: int32,
        inFlightMessages: count,
        measurements: fc.array(fc.tuple(text, fc.maxSafeNat())).map(list => new Map(list)),
      }),
      { maxLength: 3 },
    ),
  })
  fc.assert(
    fc.property(someInfo, someSettings, (figures, settings) => {
      const info: GroupInfo = { ...figures, ...settings }
      const wanted = Buffer.from(generated(info).serializeBinary())
      const alone = GetInfoResp.deserializeBinary(bodyOf(groupInfo(info))).getSubscriptionInfo()
      expect(Buffer.from(alone?.serializeBinary() ?? [])).toEqual(wanted)
      const listed = ListResp.deserializeBinary(bodyOf(groupList([info, info])))
      expect(listed.getSubscriptionsList()).toHaveLength(2)
    }),
  )
})

function generated(info: GroupInfo) {
  const out = new SubscriptionInfo()
  out.setEventSource(info.eventSource)
  out.setGroupName(info.groupName)
  out.setStatus(info.status)
  out.setConnectionsList(
    info.connections.map(consumer => {
      const connection = new SubscriptionInfo.ConnectionInfo()
      connection.setUsername(consumer.username)
      connection.setAverageItemsPerSecond(consumer.averagePerSecond)
      connection.setTotalItems(String(consumer.totalItems))
      connection.setCountSinceLastMeasurement(String(consumer.countSinceLastMeasurement))
      connection.setObservedMeasurementsList(
        [...consumer.measurements].map(([key, value]) => {
          const measurement = new SubscriptionInfo.Measurement()
          measurement.setKey(key)
          measurement.setValue(String(value))
          return measurement
        }),
      )
      connection.setAvailableSlots(consumer.availableSlots)
      connection.setInFlightMessages(consumer.inFlightMessages)
      connection.setConnectionName(consumer.connectionName)
      return connection
    }),
  )
  out.setAveragePerSecond(info.averagePerSecond)
  out.setTotalItems(String(info.totalItems))
  out.setCountSinceLastMeasurement(String(info.countSinceLastMeasurement))
  out.setLastCheckpointedEventPosition(info.lastCheckpointed)
  out.setLastKnownEventPosition(info.lastKnown)
  out.setResolveLinkTos(info.resolveLinks)
  out.setStartFrom(info.startFrom)
  out.setMessageTimeoutMilliseconds(info.messageTimeoutMs)
  out.setExtraStatistics(info.extraStatistics)
  out.setMaxRetryCount(info.maxRetryCount)
  out.setLiveBufferSize(info.liveBufferSize)
  out.setBufferSize(info.historyBufferSize)
  out.setReadBatchSize(info.readBatchSize)
  out.setCheckPointAfterMilliseconds(info.checkpointAfterMs)
  out.setMinCheckPointCount(info.minCheckpointCount)
  out.setMaxCheckPointCount(info.maxCheckpointCount)
  out.setReadBufferCount(info.readBufferCount)
  out.setLiveBufferCount(String(info.liveBufferCount))
  out.setRetryBufferCount(info.retryBufferCount)
  out.setTotalInFlightMessages(info.inFlightMessages)
  out.setOutstandingMessagesCount(info.outstandingMessages)
  out.setNamedConsumerStrategy(info.strategy)
  out.setMaxSubscriberCount(info.maxSubscriberCount)
  out.setParkedMessageCount(String(info.parkedMessages))
  return out
}
