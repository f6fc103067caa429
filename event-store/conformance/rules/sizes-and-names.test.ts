// What an append may weigh, what streams and types may be called, and what an event must have.
import { describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { Batch, detailsOf } from './batch.ts'
import { shown, useWire, WAY_NAMES, WAYS } from './situations.ts'
import { type Sent, toldOfAppend } from './writes.ts'

const bench = useWire()
const MIB = 1024 * 1024
const large = (bytes: number): Sent => ({ data: 'x'.repeat(bytes) })
const label: Sent = { data: '{"label":"a"}' }

describe.each(WAY_NAMES)('by %s', way => {
  const append = async (sent: readonly Sent[], stream = aStream(), expected = 'any') =>
    (await WAYS[way](bench(), stream, sent, expected)).words
  const tooLarge = way === 'Append' ? '3 maximum-append-size-exceeded' : 'MaximumAppendSizeExceeded'

  test('the data of all events together may be a MiB', async () => {
    expect(await append([large(MIB)])).toBe('at 0')
    expect(await append([large(MIB + 1)])).toBe(tooLarge)
    expect(await append([large(MIB - 577), large(577)])).toBe('at 1')
    expect(await append([large(MIB - 576), large(577)])).toBe(tooLarge)
    expect(await append([large(4 * MIB)])).toBe(tooLarge)
  })

  test('metadata, type and name do not count', async () => {
    expect(await append([{ ...large(MIB), custom: 'x'.repeat(MIB) }])).toBe('at 0')
    expect(await append([{ ...large(MIB), fields: { type: 't'.repeat(300_000) } }])).toBe('at 0')
    expect(await append([large(MIB)], `${aStream()}${'n'.repeat(200_000)}`)).toBe('at 0')
  })

  test('the size is looked at before the expectation, the ids and the stream', async () => {
    const stream = aStream()
    expect(await append([large(MIB + 1)], stream, '5')).toBe(tooLarge)
    await bench().client.tombstoneStream(stream)
    expect(await append([large(MIB + 1)], stream)).toBe(tooLarge)
  })

  test.each([
    'a/b',
    'a%2Fb',
    'with space',
    'tab\tin it',
    'line\nbreak',
    'ünï 어학 🙂',
    'x@y',
    '-',
    '$',
    '$$$',
    '$own',
    '$$$$own',
    '$settings-like',
    'UPPER',
  ])('a stream may be called %j', async name => {
    const stream = `${name}${aStream()}`
    expect(await append([label], stream)).toBe('at 0')
    expect(await shown(bench().client, stream)).toBe('0:a')
  })

  test('names of different case are different streams', async () => {
    const stream = aStream('case')
    expect(await append([label], stream)).toBe('at 0')
    expect(await shown(bench().client, stream.toUpperCase())).toBe('stream-not-found')
  })

  test.each(['', '$$'])('no stream is called %j', async stream => {
    expect(await append([label], stream)).toBe(way === 'Append' ? '3' : 'BadRequest')
  })

  test.each(['$own', '$>', '어학', '$metadata'])('an event may be of type %j', async type => {
    expect(await append([{ fields: { type } }])).toBe('at 0')
  })
})

test('the answer to too large an append tells the limit', async () => {
  const stream = aStream()
  expect(await bench().writes.append(stream, [large(MIB + 1)])).toEqual({
    ended: {
      code: 3,
      words: 'Maximum Append Size of 1048576 Exceeded.',
      trailers: { exception: 'maximum-append-size-exceeded', 'maximum-append-size': '1048576' },
    },
  })
  const batch = new Batch(bench().writes)
  const answer = await batch.append(stream, [large(MIB + 1)])
  batch.cancel()
  expect(answer.getError()?.getCode()).toBe(3)
  expect(detailsOf(answer, 'MaximumAppendSizeExceeded').getMaxappendsize()).toBe(MIB)
})

test.each([
  ['type', { type: undefined }],
  ['content-type', { 'content-type': undefined }],
  ['type', { type: undefined, 'content-type': undefined }],
])('an event without %s is refused with both names', async (missing, fields) => {
  const stream = aStream()
  expect(await bench().writes.append(stream, [{}, { fields }])).toEqual({
    ended: {
      code: 3,
      words: `Required Metadata Property '${missing}' is missing`,
      trailers: {
        exception: 'missing-required-metadata-property',
        'required-metadata-properties': 'type,content-type',
      },
    },
  })
  expect(await shown(bench().client, stream)).toBe('stream-not-found')
})

test.each<[string, Sent]>([
  ['an empty type', { fields: { type: '' } }],
  ['no id', { id: undefined }],
  ['an empty id', { id: '' }],
  ['the nil id', { id: '00000000-0000-0000-0000-000000000000' }],
  ['an id that is none', { id: '1234' }],
])('an event with %s is refused', async (_, sent) => {
  const stream = aStream()
  expect(toldOfAppend(await bench().writes.append(stream, [sent])).words).toBe('3')
  expect(await shown(bench().client, stream)).toBe('stream-not-found')
})

test('an expectation that is left out is refused', async () => {
  expect(toldOfAppend(await bench().writes.append(aStream(), [{}], 'unset')).words).toBe('3')
})

test.each([
  ['9223372036854775807', 'is nothing'],
  ['9223372036854775808', '3'],
  ['18446744073709551614', '3'],
])('of the largest revisions, %s is answered by %j', async (expected, words) => {
  expect(toldOfAppend(await bench().writes.append(aStream(), [{}], expected)).words).toBe(words)
})

test('a message may be of 16 MiB, and its event comes back whole; one of 17 is refused', async () => {
  const stream = aStream()
  const { client, writes } = bench()
  const custom = Buffer.alloc(16 * MIB - 1024, 7)
  expect(toldOfAppend(await writes.append(stream, [{ custom }])).words).toBe('at 0')
  for await (const { event } of client.readStream(stream)) {
    expect(custom.equals(event?.metadata as Uint8Array)).toBe(true)
  }
  const over = await writes.append(stream, [{ custom: Buffer.alloc(17 * MIB) }])
  expect(toldOfAppend(over).words).toBe('8')
})
