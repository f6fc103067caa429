// The messages of Operations and Monitoring against the client's generated code.
import monitoring from '@eventstore/db-client/generated/monitoring_pb.js'
import operations from '@eventstore/db-client/generated/operations_pb.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeNodePriority,
  decodeStatsPeriod,
  decodeStopScavenge,
  ScavengeResult,
  scavengeAnswer,
  statsAnswer,
} from './operations.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const bytesOf = (message: { serializeBinary(): Uint8Array }) =>
  Buffer.from(message.serializeBinary())

test('the id of a scavenge to stop is read', () => {
  fc.assert(
    fc.property(text, id => {
      const options = new operations.StopScavengeReq.Options()
      options.setScavengeId(id)
      const request = new operations.StopScavengeReq()
      request.setOptions(options)
      expect(decodeStopScavenge(bytesOf(request))).toBe(id)
    }),
  )
  expect(decodeStopScavenge(Buffer.alloc(0))).toBe('')
})

test('a priority is read, below zero too', () => {
  fc.assert(
    fc.property(fc.integer(), priority => {
      const request = new operations.SetNodePriorityReq()
      request.setPriority(priority)
      expect(decodeNodePriority(bytesOf(request))).toBe(priority)
    }),
  )
})

test('the period of statistics is read', () => {
  fc.assert(
    fc.property(fc.nat(), period => {
      const request = new monitoring.StatsReq()
      request.setUseMetadata(true)
      request.setRefreshTimePeriodInMs(String(period))
      expect(decodeStatsPeriod(bytesOf(request))).toBe(period)
    }),
  )
})

/** The client's generated code keeps a map in a plain object, where this one is no key. */
const key = text.filter(name => name !== '__proto__')

test('answers are written as the client reads them', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(...Object.values(ScavengeResult)), (id, result) => {
      const answer = operations.ScavengeResp.deserializeBinary(
        scavengeAnswer(id, result).subarray(5),
      )
      expect([answer.getScavengeId(), answer.getScavengeResult()]).toEqual([id, result])
    }),
  )
  fc.assert(
    fc.property(fc.dictionary(key, text), stats => {
      const bytes = statsAnswer(Object.entries(stats)).subarray(5)
      const map = monitoring.StatsResp.deserializeBinary(bytes).getStatsMap()
      expect(new Map(map.entries())).toEqual(new Map(Object.entries(stats)))
    }),
  )
})
