// How a refusal is laid out, field by field: in the answer of Append, in that of BatchAppend, in the trailers of the rest.
import { describe, expect, test } from 'vitest'
import { aStream, events } from '../harness.ts'
import { Batch, detailsOf } from './batch.ts'
import { useWire } from './situations.ts'
import { nameOf } from './wire.ts'
import type { Sent } from './writes.ts'

const bench = useWire()
const LARGEST = 18446744073709551615n

async function ofThree(): Promise<string> {
  const stream = aStream()
  await bench().client.appendToStream(stream, events('a', 'b', 'c'))
  return stream
}

async function batchAnswer(stream: string, sent: readonly Sent[], expected: string) {
  const batch = new Batch(bench().writes)
  const answer = await batch.append(stream, sent, expected)
  batch.cancel()
  return answer
}

const EMPTY = {}
const exact = { expectedRevision: '5', expectedRevision2060: 5 }

describe('a wrong revision', () => {
  /** The fields of the answer that are set; of numbers that say nothing, none. */
  async function appendFields(stream: string, expected: string) {
    const outcome = await bench().writes.append(stream, [{}], expected)
    if ('ended' in outcome) throw new Error(outcome.ended.words)
    const wrong = outcome.answer.getWrongExpectedVersion()
    expect(outcome.answer.hasSuccess()).toBe(false)
    return Object.fromEntries(
      Object.entries(wrong?.toObject() ?? {}).filter(
        ([, value]) => value !== undefined && value !== '0' && value !== 0,
      ),
    )
  }

  test.each<[string, Record<string, unknown>]>([
    ['5', exact],
    ['stream_exists', { expectedStreamExists: EMPTY, streamExists2060: EMPTY }],
  ])(
    'of a missing stream, expected as %s, is in the fields of today and of version 20.6',
    async (expected, fields) => {
      const current = { currentNoStream: EMPTY, noStream2060: EMPTY }
      expect(await appendFields(aStream(), expected)).toEqual({ ...current, ...fields })
    },
  )

  test.each<[string, Record<string, unknown>]>([
    ['5', exact],
    ['no_stream', { expectedNoStream: EMPTY, expectedRevision2060: Number(LARGEST) }],
    [`${LARGEST}`, { expectedRevision: `${LARGEST}`, expectedRevision2060: Number(LARGEST) }],
  ])(
    'of a stream, expected as %s, is in the fields of today and of version 20.6',
    async (expected, fields) => {
      const current = { currentRevision: '2', currentRevision2060: 2 }
      expect(await appendFields(await ofThree(), expected)).toEqual({ ...current, ...fields })
    },
  )

  test('is told under any when ids are known in part', async () => {
    const stream = aStream()
    const [known, unknown] = [{ id: 'a0000000-0000-4000-8000-000000000001' }, {}]
    await bench().writes.append(stream, [known])
    const outcome = await bench().writes.append(stream, [known, unknown], 'any')
    if ('ended' in outcome) throw new Error(outcome.ended.words)
    expect(outcome.answer.getWrongExpectedVersion()?.toObject()).toMatchObject({
      currentRevision: '0',
      expectedAny: EMPTY,
      any2060: EMPTY,
    })
  })

  test.each<[string, Record<string, unknown>]>([
    ['5', { expectedStreamPosition: '5' }],
    ['no_stream', { expectedNoStream: EMPTY }],
  ])('expected as %s, is packed into the error of a batch append', async (expected, fields) => {
    const stream = await ofThree()
    const answer = await batchAnswer(stream, [{}], expected)
    expect([answer.getError()?.getCode(), answer.getError()?.getMessage()]).toEqual([
      6,
      'WrongExpectedVersion',
    ])
    const details = detailsOf(answer, 'WrongExpectedVersion')
    expect(details.toObject()).toMatchObject({ currentStreamRevision: '2', ...fields })
    expect(details.hasCurrentNoStream()).toBe(false)
  })

  test('of a missing stream, is packed into the error of a batch append', async () => {
    const answer = await batchAnswer(aStream(), [{}], 'stream_exists')
    const details = detailsOf(answer, 'WrongExpectedVersion')
    expect(details.hasCurrentNoStream()).toBe(true)
    expect(details.hasExpectedStreamExists()).toBe(true)
  })

  test.each([
    ['any', '-2'],
    ['no_stream', '-1'],
    ['stream_exists', '-4'],
    ['5', '5'],
  ])('expected as %s, is in the trailers of a delete', async (expected, number) => {
    const stream = aStream()
    expect(await bench().writes.delete(stream, expected)).toEqual({
      ended: {
        code: 9,
        words: `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${number}, Actual version: -1`,
        trailers: {
          exception: 'wrong-expected-version',
          'stream-name': stream,
          'expected-version': number,
          'actual-version': '-1',
        },
      },
    })
  })

  test('is in the trailers of a tombstone', async () => {
    const stream = await ofThree()
    expect(await bench().writes.tombstone(stream, '0')).toMatchObject({
      ended: {
        code: 9,
        trailers: { 'stream-name': stream, 'expected-version': '0', 'actual-version': '2' },
      },
    })
  })
})

describe('a stream that has ended', () => {
  const ended = async (): Promise<string> => {
    const stream = await ofThree()
    await bench().client.tombstoneStream(stream)
    return stream
  }
  const refusal = (stream: string) => ({
    ended: {
      code: 9,
      words: `Event stream '${stream}' is deleted.`,
      trailers: { exception: 'stream-deleted', 'stream-name': stream },
    },
  })

  test('is named in the trailers of append, delete and tombstone', async () => {
    const stream = await ended()
    const { writes } = bench()
    expect(await writes.append(stream, [{}])).toEqual(refusal(stream))
    expect(await writes.delete(stream)).toEqual(refusal(stream))
    expect(await writes.tombstone(stream)).toEqual(refusal(stream))
  })

  test('is named in the error of a batch append', async () => {
    const stream = await ended()
    const answer = await batchAnswer(stream, [{}], 'any')
    expect(answer.getError()?.getCode()).toBe(5)
    expect(nameOf(detailsOf(answer, 'StreamDeleted').getStreamIdentifier())).toBe(stream)
  })
})

test('a success names revision and position, and a batch append its stream, but no expectation', async () => {
  const stream = aStream()
  const first = await bench().writes.append(stream, [{}, {}], 'no_stream')
  if ('ended' in first) throw new Error(first.ended.words)
  const appended = first.answer.getSuccess()
  expect(appended?.getCurrentRevision()).toBe('1')
  const { commitPosition, preparePosition } = appended?.getPosition()?.toObject() ?? {}
  expect(commitPosition).toBe(preparePosition)
  const answer = await batchAnswer(stream, [{}], '1')
  expect(answer.getSuccess()?.getCurrentRevision()).toBe('2')
  expect(nameOf(answer.getStreamIdentifier())).toBe(stream)
  expect(answer.getExpectedStreamPositionCase()).toBe(0)
  const position = answer.getSuccess()?.getPosition()
  expect(position?.getCommitPosition()).toBe(position?.getPreparePosition())
  expect(BigInt(position?.getCommitPosition() ?? 0)).toBeGreaterThan(BigInt(commitPosition ?? 0))
})

test.each([
  ['어학', encodeURIComponent],
  ['line\nbreak', encodeURIComponent],
  ['ü x', encodeURIComponent],
  ['100% a/b', String],
])(
  'the name %j comes through trailers in letters that a header can carry',
  async (name, carried) => {
    const stream = aStream(name)
    expect(await bench().writes.delete(stream)).toMatchObject({
      ended: { code: 9, trailers: { 'stream-name': carried(stream) } },
    })
  },
)
