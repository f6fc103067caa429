// The hand-written encoding against the client's generated code: same bytes, same meaning, for random messages.
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import fc from 'fast-check'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js'
import { describe, expect, test } from 'vitest'
import { decodeAppendRequest, decodeBatchAppendRequest } from './append-request.ts'
import { appendSuccess, appendWrongVersion, batchError, batchSuccess } from './append-response.ts'
import { decodeReadRequest } from './read-request.ts'
import { checkpoint, confirmation, readEvent, streamNotFound } from './read-response.ts'
import {
  createdOf,
  encodeRecord,
  fieldsOf,
  frameOf,
  idOf,
  isIntact,
  type NewEvent,
  type Placement,
  positionOf,
  revisionOf,
  streamNameOf,
  streamNumberOf,
  TOMBSTONE_REVISION,
  typeOf,
} from './recorded-event.ts'

const { ReadResp, AppendReq, AppendResp, BatchAppendReq, BatchAppendResp, ReadReq } = streams
const bodyOf = (frame: Buffer): Buffer => {
  expect(frame.readUInt32BE(1)).toBe(frame.length - 5)
  return frame.subarray(5)
}

const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength })
const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ size: 'large' }))
const revision = fc.oneof(fc.nat(300), fc.maxSafeNat(), fc.constant(TOMBSTONE_REVISION))
const anEvent = fc.record({
  id: fc.uuid(),
  type: text(200),
  isJson: fc.boolean(),
  data: bytes,
  customMetadata: bytes,
})
const aPlace = fc.record({
  streamNumber: fc.nat(2 ** 31 - 1),
  streamName: text(300),
  revision,
  position: fc.integer({ min: 1, max: 2 ** 47 }),
  created: fc.integer({ min: 1_500_000_000_000, max: 4_000_000_000_000 }),
})
type AnEvent = typeof anEvent extends fc.Arbitrary<infer T> ? T : never
type APlace = typeof aPlace extends fc.Arbitrary<infer T> ? T : never

const asNewEvent = (event: AnEvent): NewEvent => ({
  id: Buffer.from(event.id),
  type: Buffer.from(event.type),
  isJson: event.isJson,
  data: Buffer.from(event.data),
  customMetadata: Buffer.from(event.customMetadata),
})
const asPlacement = (place: APlace): Placement => ({
  ...place,
  streamName: Buffer.from(place.streamName),
})
const revisionText = (value: number) =>
  value === TOMBSTONE_REVISION ? '9223372036854775807' : String(value)

function generatedEvent(event: AnEvent, place: APlace, structured = false) {
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
  const id = new shared.UUID()
  if (structured) {
    const halves = Buffer.from(event.id.replaceAll('-', ''), 'hex')
    const longs = new shared.UUID.Structured()
    longs.setMostSignificantBits(String(halves.readBigInt64BE(0)))
    longs.setLeastSignificantBits(String(halves.readBigInt64BE(8)))
    id.setStructured(longs)
  } else id.setString(event.id)
  recorded.setId(id)
  const stream = new shared.StreamIdentifier()
  stream.setStreamName(Buffer.from(place.streamName))
  recorded.setStreamIdentifier(stream)
  recorded.setStreamRevision(revisionText(place.revision))
  recorded.setPreparePosition(String(place.position))
  recorded.setCommitPosition(String(place.position))
  const contentType = event.isJson ? 'application/json' : 'application/octet-stream'
  const metadata = recorded.getMetadataMap()
  metadata.set('type', event.type)
  metadata.set('created', `${place.created}0000`)
  metadata.set('content-type', contentType)
  recorded.setData(event.data)
  recorded.setCustomMetadata(event.customMetadata)
  return recorded
}

function generatedRead(fill: (read: InstanceType<typeof ReadResp.ReadEvent>) => void): Buffer {
  const read = new ReadResp.ReadEvent()
  fill(read)
  const answer = new ReadResp()
  answer.setEvent(read)
  return Buffer.from(answer.serializeBinary())
}

describe('an event as it is kept', () => {
  test('is byte for byte what the generated code would send', () => {
    fc.assert(
      fc.property(anEvent, aPlace, (event, place) => {
        const record = encodeRecord(asNewEvent(event), asPlacement(place))
        const wanted = generatedRead(read => {
          read.setEvent(generatedEvent(event, place))
          read.setCommitPosition(String(place.position))
        })
        expect(bodyOf(frameOf(record)).equals(wanted)).toBe(true)
      }),
    )
  })

  test('gives back all that was put into it', () => {
    fc.assert(
      fc.property(anEvent, aPlace, (event, place) => {
        const record = encodeRecord(asNewEvent(event), asPlacement(place))
        expect({
          id: idOf(record).toString(),
          type: typeOf(record).toString(),
          streamName: streamNameOf(record).toString(),
          streamNumber: streamNumberOf(record),
          revision: revisionOf(record),
          position: positionOf(record),
          created: createdOf(record),
          data: [...fieldsOf(record).data],
          customMetadata: [...fieldsOf(record).customMetadata],
        }).toEqual({
          ...place,
          id: event.id,
          type: Buffer.from(event.type).toString(),
          streamName: Buffer.from(place.streamName).toString(),
          data: [...event.data],
          customMetadata: [...event.customMetadata],
        })
      }),
    )
  })

  test('is known to be damaged when any one byte has changed', () => {
    fc.assert(
      fc.property(anEvent, aPlace, fc.nat(), fc.integer({ min: 1, max: 255 }), (e, p, at, by) => {
        const record = encodeRecord(asNewEvent(e), asPlacement(p))
        expect(isIntact(record)).toBe(true)
        const place = at % record.length
        record[place] = (record[place] as number) ^ by
        expect(isIntact(record)).toBe(false)
      }),
    )
  })

  test('with a link or structured ids is what the generated code would send', () => {
    fc.assert(
      fc.property(anEvent, aPlace, anEvent, aPlace, (event, at, link, linkAt) => {
        const [target, origin] = [
          encodeRecord(asNewEvent(event), asPlacement(at)),
          encodeRecord(asNewEvent(link), asPlacement(linkAt)),
        ]
        for (const ids of ['text', 'structured'] as const) {
          const wanted = generatedRead(read => {
            read.setEvent(generatedEvent(event, at, ids === 'structured'))
            read.setLink(generatedEvent(link, linkAt, ids === 'structured'))
            read.setCommitPosition(String(linkAt.position))
          })
          const sent = readEvent({ event: target, link: origin }, linkAt.position, ids)
          expect(bodyOf(sent).equals(wanted)).toBe(true)
        }
      }),
    )
  })
})

const expectation = fc.oneof(
  fc.constantFrom('any' as const, 'no-stream' as const, 'stream-exists' as const),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
)
type AnExpectation = typeof expectation extends fc.Arbitrary<infer T> ? T : never

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

function fillProposal(
  proposed: InstanceType<typeof AppendReq.ProposedMessage | typeof BatchAppendReq.ProposedMessage>,
  event: AnEvent,
) {
  proposed.setId(uuid(event.id))
  proposed.getMetadataMap().set('type', event.type)
  proposed.getMetadataMap().set('content-type', event.isJson ? 'application/json' : 'text/plain')
  proposed.getMetadataMap().set('other', 'ignored')
  proposed.setData(event.data)
  proposed.setCustomMetadata(event.customMetadata)
}

const decodedProposal = (event: AnEvent) => ({
  id: Buffer.from(event.id),
  type: Buffer.from(event.type),
  contentType: event.isJson ? 'application/json' : 'text/plain',
  data: Buffer.from(event.data),
  customMetadata: Buffer.from(event.customMetadata),
})

describe('what writers send', () => {
  test('an Append is understood as the generated code wrote it', () => {
    fc.assert(
      fc.property(text(100), expectation, anEvent, (name, expected, event) => {
        const options = new AppendReq.Options()
        options.setStreamIdentifier(streamIdentifier(name))
        if (expected === 'any') options.setAny(new shared.Empty())
        else if (expected === 'no-stream') options.setNoStream(new shared.Empty())
        else if (expected === 'stream-exists') options.setStreamExists(new shared.Empty())
        else options.setRevision(String(expected))
        const first = new AppendReq()
        first.setOptions(options)
        const stream = Buffer.from(name).toString()
        expect(decodeAppendRequest(Buffer.from(first.serializeBinary()))).toEqual({
          options: { stream, expected },
        })
        const proposed = new AppendReq.ProposedMessage()
        fillProposal(proposed, event)
        const second = new AppendReq()
        second.setProposedMessage(proposed)
        expect(decodeAppendRequest(Buffer.from(second.serializeBinary()))).toEqual({
          event: decodedProposal(event),
        })
      }),
    )
  })

  test('a BatchAppend is understood as the generated code wrote it', () => {
    const several = fc.array(anEvent, { maxLength: 4 })
    fc.assert(
      fc.property(
        fc.uuid(),
        text(100),
        expectation,
        several,
        fc.boolean(),
        (id, name, e, all, f) => {
          const request = new BatchAppendReq()
          request.setCorrelationId(uuid(id))
          request.setOptions(batchOptions(name, e))
          request.setIsFinal(f)
          for (const event of all) {
            const proposed = new BatchAppendReq.ProposedMessage()
            fillProposal(proposed, event)
            request.addProposedMessages(proposed)
          }
          expect(decodeBatchAppendRequest(Buffer.from(request.serializeBinary()))).toEqual({
            correlationId: Buffer.from(id),
            options: {
              stream: Buffer.from(name).toString(),
              expected: e,
              deadline: { at: 1_700_000_000_500 },
            },
            events: all.map(decodedProposal),
            isFinal: f,
          })
        },
      ),
    )
  })

  function batchOptions(name: string, expected: AnExpectation) {
    const options = new BatchAppendReq.Options()
    options.setStreamIdentifier(streamIdentifier(name))
    if (expected === 'any') options.setAny(new empty.Empty())
    else if (expected === 'no-stream') options.setNoStream(new empty.Empty())
    else if (expected === 'stream-exists') options.setStreamExists(new empty.Empty())
    else options.setStreamPosition(String(expected))
    const deadline = new timestamp.Timestamp()
    deadline.setSeconds(1_700_000_000)
    deadline.setNanos(500_000_000)
    options.setDeadline(deadline)
    return options
  }
})

describe('what readers send', () => {
  test('a filtered subscription to $all is understood as the generated code wrote it', () => {
    const filter = new ReadReq.Options.FilterOptions()
    const expression = new ReadReq.Options.FilterOptions.Expression()
    expression.setPrefixList(['a', 'b'])
    filter.setEventType(expression)
    filter.setMax(32)
    filter.setCheckpointintervalmultiplier(3)
    const position = new ReadReq.Options.Position()
    position.setCommitPosition('18446744073709551615')
    position.setPreparePosition('7')
    const all = new ReadReq.Options.AllOptions()
    all.setPosition(position)
    const uuidOption = new ReadReq.Options.UUIDOption()
    uuidOption.setStructured(new shared.Empty())
    const options = new ReadReq.Options()
    options.setAll(all)
    options.setResolveLinks(true)
    options.setSubscription(new ReadReq.Options.SubscriptionOptions())
    options.setFilter(filter)
    options.setUuidOption(uuidOption)
    const request = new ReadReq()
    request.setOptions(options)
    expect(decodeReadRequest(Buffer.from(request.serializeBinary()))).toEqual({
      source: { kind: 'all', from: { commit: 2n ** 64n - 1n, prepare: 7n } },
      backwards: false,
      resolveLinks: true,
      extent: 'subscription',
      filter: {
        on: 'type',
        regex: '',
        prefixes: ['a', 'b'],
        window: 32,
        checkpointMultiplier: 3,
      },
      ids: 'structured',
      compatibility: 0,
    })
  })

  test('a counted read backwards is understood as the generated code wrote it', () => {
    const stream = new ReadReq.Options.StreamOptions()
    stream.setStreamIdentifier(streamIdentifier('a'))
    stream.setEnd(new shared.Empty())
    const uuidOption = new ReadReq.Options.UUIDOption()
    uuidOption.setString(new shared.Empty())
    const options = new ReadReq.Options()
    options.setStream(stream)
    options.setReadDirection(ReadReq.Options.ReadDirection.BACKWARDS)
    options.setCount('18446744073709551615')
    options.setNoFilter(new shared.Empty())
    options.setUuidOption(uuidOption)
    const request = new ReadReq()
    request.setOptions(options)
    expect(decodeReadRequest(Buffer.from(request.serializeBinary()))).toMatchObject({
      source: { kind: 'stream', name: 'a', from: 'end' },
      backwards: true,
      extent: { count: 2n ** 64n - 1n },
      filter: 'none',
      ids: 'text',
    })
  })
})

describe('what writers are answered', () => {
  const id = '0a0b0c0d-0000-4000-8000-000000000001'

  test('success names revision and position', () => {
    const frame = appendSuccess({ kind: 'appended', revision: 0, position: 5_000_000_000 })
    const success = AppendResp.deserializeBinary(bodyOf(frame)).getSuccess()
    expect(success?.hasCurrentRevision()).toBe(true)
    expect(success?.getCurrentRevision()).toBe('0')
    expect(success?.getPosition()?.getCommitPosition()).toBe('5000000000')
    const none = appendSuccess({ kind: 'appended', revision: undefined, position: undefined })
    const nothing = AppendResp.deserializeBinary(bodyOf(none)).getSuccess()
    expect([nothing?.hasNoStream(), nothing?.hasNoPosition()]).toEqual([true, true])
  })

  test('a wrong version is said in the fields of today and of before', () => {
    const frame = appendWrongVersion('no-stream', 3)
    const wrong = AppendResp.deserializeBinary(bodyOf(frame)).getWrongExpectedVersion()
    expect(wrong?.getCurrentRevision()).toBe('3')
    expect(wrong?.hasExpectedNoStream()).toBe(true)
    expect(wrong?.getCurrentRevision2060()).toBe(3)
  })

  test('a batch is answered under its correlation id', () => {
    const success = BatchAppendResp.deserializeBinary(
      bodyOf(batchSuccess(Buffer.from(id), 's', { kind: 'appended', revision: 7, position: 9 })),
    )
    expect(success.getCorrelationId()?.getString()).toBe(id)
    expect(success.getSuccess()?.getCurrentRevision()).toBe('7')
    const refusal = { kind: 'stream-deleted', stream: 's' } as const
    const error = BatchAppendResp.deserializeBinary(
      bodyOf(batchError(Buffer.from(id), 's', refusal)),
    )
    expect(error.getError()?.getMessage()).toBe('StreamDeleted')
    expect(error.getError()?.getDetails()?.getTypeName()).toBe('event_store.client.StreamDeleted')
    const name = error.getStreamIdentifier()?.getStreamName_asU8() ?? []
    expect(Buffer.from(name).toString()).toBe('s')
  })

  test('the small messages of a read are those of the generated code', () => {
    const read = (frame: Buffer) => ReadResp.deserializeBinary(bodyOf(frame))
    expect(read(confirmation('x')).getConfirmation()?.getSubscriptionId()).toBe('x')
    expect(read(checkpoint(12)).getCheckpoint()?.toObject()).toMatchObject({
      commitPosition: '12',
      preparePosition: '12',
    })
    const name = read(streamNotFound('ü')).getStreamNotFound()?.getStreamIdentifier()
    expect(Buffer.from(name?.getStreamName_asU8() ?? []).toString()).toBe('ü')
  })
})
