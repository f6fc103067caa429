// The messages of the Projections service against the client's generated code.
import projections from '@eventstore/db-client/generated/projections_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeProjectionRequest,
  decodeStatisticsRequest,
  EMPTY_STATE,
  projectionStatistics,
} from './projections.ts'

const { DisableReq, EnableReq, StateResp, StatisticsReq, StatisticsResp, UpdateReq } = projections
const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const bodyOf = (frame: Buffer): Buffer => {
  expect(frame.readUInt32BE(1)).toBe(frame.length - 5)
  return frame.subarray(5)
}
const decode = (message: { serializeBinary(): Uint8Array }) =>
  decodeProjectionRequest(Buffer.from(message.serializeBinary()))

test('a request that names a projection is read', () => {
  fc.assert(
    fc.property(text, text, fc.boolean(), (name, query, writeCheckpoint) => {
      const options = new UpdateReq.Options()
      options.setName(name)
      options.setQuery(query)
      options.setEmitEnabled(true)
      const update = new UpdateReq()
      update.setOptions(options)
      expect(decode(update)).toEqual({ name, query, writeCheckpoint: false })

      const how = new DisableReq.Options()
      how.setName(name)
      how.setWriteCheckpoint(writeCheckpoint)
      const disable = new DisableReq()
      disable.setOptions(how)
      expect(decode(disable)).toEqual({ name, query: '', writeCheckpoint })
    }),
  )
})

test('a request without options is known as one', () => {
  expect(decode(new EnableReq())).toBeUndefined()
  expect(decodeStatisticsRequest(Buffer.alloc(0))).toBeUndefined()
})

test('statistics are asked for by name or mode', () => {
  const asked = (fill: (options: InstanceType<typeof StatisticsReq.Options>) => void) => {
    const options = new StatisticsReq.Options()
    fill(options)
    const request = new StatisticsReq()
    request.setOptions(options)
    return decodeStatisticsRequest(Buffer.from(request.serializeBinary()))
  }
  const empty = new shared.Empty()
  expect(asked(options => options.setName('$streams'))).toEqual({ name: '$streams' })
  expect(asked(options => options.setName(''))).toEqual({ mode: 'all' })
  expect(asked(options => options.setAll(empty))).toEqual({ mode: 'all' })
  expect(asked(options => options.setTransient(empty))).toEqual({ mode: 'transient' })
  expect(asked(options => options.setContinuous(empty))).toEqual({ mode: 'continuous' })
  expect(asked(options => options.setOneTime(empty))).toEqual({ mode: 'one-time' })
})

test('statistics are byte for byte what the generated code would send', () => {
  const details = fc.record({
    name: text,
    status: text,
    reason: text,
    version: fc.nat(),
    epoch: fc.integer({ min: -1, max: 1000 }),
    position: text,
    lastCheckpoint: text,
    progress: fc.float({ min: 0, max: 100, noNaN: true }),
    eventsProcessed: fc.maxSafeNat(),
  })
  fc.assert(
    fc.property(details, sent => {
      const wanted = new StatisticsResp.Details()
      wanted.setVersion(String(sent.version))
      wanted.setEpoch(String(sent.epoch))
      wanted.setEffectivename(sent.name)
      wanted.setName(sent.name)
      wanted.setStatus(sent.status)
      wanted.setStatereason(sent.reason)
      wanted.setMode('Continuous')
      wanted.setPosition(sent.position)
      wanted.setProgress(sent.progress)
      wanted.setLastcheckpoint(sent.lastCheckpoint)
      wanted.setEventsprocessedafterrestart(String(sent.eventsProcessed))
      const answer = new StatisticsResp()
      answer.setDetails(wanted)
      const bytes = Buffer.from(answer.serializeBinary())
      expect(bodyOf(projectionStatistics(sent)).equals(bytes)).toBe(true)
    }),
  )
})

test('a state without members is an empty object', () => {
  const answer = StateResp.deserializeBinary(bodyOf(EMPTY_STATE))
  expect(answer.getState()?.toJavaScript()).toEqual({})
})
