// What metadata hides, which metadata counts as none, and where metadata itself is kept.
import { expect, test } from 'vitest'
import { aStream, event, events, failureOf, labels } from '../harness.ts'
import { place, read, readAll } from './reads.ts'
import { shown, useWire } from './situations.ts'
import type { Sent } from './writes.ts'

const bench = useWire()
const ALL = '0 1 2 3 4 5 6 7 8 9'

/** A stream of ten events with this metadata, whatever it is. */
async function ofTen(...metadata: readonly Sent[]): Promise<string> {
  const stream = aStream()
  const { writes } = bench()
  await writes.append(
    stream,
    Array.from({ length: 10 }, () => ({})),
  )
  for (const sent of metadata) await writes.append(`$$${stream}`, [sent])
  return stream
}

/** The revisions shown forwards, which must be those shown backwards. */
async function visible(stream: string): Promise<string> {
  const { writes } = bench()
  const forwards = (await read(writes, { stream, count: 100 })).split(', ')
  const backwards = await read(writes, { stream, from: 'end', backwards: true, count: 100 })
  expect(backwards.split(', ').reverse()).toEqual(forwards)
  return forwards.join(' ')
}

test.each([
  // Limits: the newest so many, nothing before a revision, and the stronger of the two.
  ['{"$maxCount":1}', '9'],
  ['{"$maxCount":3}', '7 8 9'],
  ['{"$maxCount":10}', ALL],
  ['{"$maxCount":11}', ALL],
  ['{"$tb":0}', ALL],
  ['{"$tb":1}', '1 2 3 4 5 6 7 8 9'],
  ['{"$tb":9}', '9'],
  ['{"$tb":10}', ''],
  ['{"$tb":1000}', ''],
  ['{"$tb":9223372036854775806}', ''],
  ['{"$tb":4,"$maxCount":3}', '7 8 9'],
  ['{"$tb":8,"$maxCount":3}', '8 9'],
  ['{"$maxAge":3600}', ALL],
  ['{"$maxAge":3600,"$maxCount":2}', '8 9'],
  // What stands for a soft delete is one, whoever writes it.
  ['{"$tb":9223372036854775807}', 'not found'],
  // Too small is ignored.
  ['{"$maxCount":0}', ALL],
  ['{"$maxCount":-1}', ALL],
  ['{"$maxAge":0}', ALL],
  ['{"$maxAge":-5}', ALL],
  ['{"$tb":-1}', ALL],
  ['{"$maxCount":0,"$tb":8}', '8 9'],
  // One value of the wrong kind makes all of it void.
  ['{"$maxCount":"3"}', ALL],
  ['{"$maxCount":2.5}', ALL],
  ['{"$maxCount":2.0}', ALL],
  ['{"$maxCount":1e0}', ALL],
  ['{"$maxCount":null}', ALL],
  ['{"$maxCount":true}', ALL],
  ['{"$maxCount":[3]}', ALL],
  ['{"$maxCount":99999999999999999999}', ALL],
  ['{"$tb":"5"}', ALL],
  ['{"$tb":5.5}', ALL],
  ['{"$tb":9223372036854775808}', ALL],
  ['{"$maxAge":"1"}', ALL],
  ['{"$maxCount":2,"$tb":"x","own":1}', ALL],
  ['{"$maxCount":2,"$acl":7}', ALL],
  ['{"$maxCount":2,"$acl":{"$r":7}}', ALL],
  ['{"$maxCount":2,"$acl":{"$r":["a",7]}}', ALL],
  ['{"$maxCount":2,"$cacheControl":"x"}', ALL],
  // Keys are what they are, where they are; the last of two counts.
  ['{"$maxCount":2,"$maxCount":4}', '6 7 8 9'],
  ['{"$MaxCount":2}', ALL],
  ['{"x":{"$maxCount":2}}', ALL],
  ['{"own":{"$tb":"x"},"$maxCount":2,"other":[1,{"$maxCount":"x"}]}', '8 9'],
  ['{"$maxCount":2,"$acl":{"$r":"$admins","$w":["x","y"]},"$cacheControl":60}', '8 9'],
  // What is no object is no metadata.
  ['', ALL],
  ['nonsense', ALL],
  ['{"$maxCount":2', ALL],
  ['{"$maxCount":2 /* two */}', ALL],
  ['[]', ALL],
  ['3', ALL],
  ['null', ALL],
])('under %s a stream of ten shows %j', async (data, wanted) => {
  // Metadata that hides nearly all comes before: what counts as none undoes it.
  const stream = await ofTen({ data: '{"$maxCount":1}' }, { data })
  expect(await visible(stream)).toBe(wanted)
})

test.each<[string, readonly Sent[], string]>([
  ['of any type', [{ data: '{"$maxCount":2}', fields: { type: 'other' } }], '8 9'],
  [
    'that is binary',
    [{ data: '{"$maxCount":2}', fields: { 'content-type': 'application/octet-stream' } }],
    ALL,
  ],
  ['that came after other', [{ data: '{"$maxCount":2}' }, { data: '{"$tb":5}' }], '5 6 7 8 9'],
])('metadata %s counts as it should', async (_, metadata, wanted) => {
  expect(await visible(await ofTen(...metadata))).toBe(wanted)
})

test('of two metadata events in one append the second counts', async () => {
  const stream = await ofTen()
  const both = [{ data: '{"$maxCount":2}' }, { data: '{"$maxCount":4}' }]
  await bench().writes.append(`$$${stream}`, both)
  expect(await visible(stream)).toBe('6 7 8 9')
})

test('limits move on with what is appended, and what they hid comes back when they go', async () => {
  const stream = await ofTen({ data: '{"$maxCount":3}' })
  await bench().writes.append(stream, [{}], '9')
  expect(await visible(stream)).toBe('8 9 10')
  await bench().writes.append(`$$${stream}`, [{ data: '{"$tb":50}' }])
  await bench().writes.append(stream, [{}], '10')
  expect(await visible(stream)).toBe('')
  await bench().writes.append(`$$${stream}`, [{ data: '{}' }])
  expect(await visible(stream)).toBe(`${ALL} 10 11`)
})

test('what is too old is gone; what is new is there, and goes on with the numbers', async () => {
  const stream = await ofTen({ data: '{"$maxAge":1}' })
  await expect.poll(() => visible(stream), { timeout: 10_000 }).toBe('')
  const { client } = bench()
  const refused = client.appendToStream(stream, event('x'), { expectedRevision: 'no_stream' })
  expect(await failureOf(refused)).toMatchObject({ actualVersion: 9n })
  await client.setStreamMetadata(stream, { maxAge: 3600, truncateBefore: 10 })
  await client.appendToStream(stream, event('new'), { expectedRevision: 9n })
  expect(await visible(stream)).toBe('10')
})

test.each([
  ['forwards from 0, two', { from: '0', count: 2 }, '7, 8'],
  ['forwards from 2, two', { from: '2', count: 2 }, '7, 8'],
  ['forwards from 8', { from: '8', count: 100 }, '8, 9'],
  ['backwards from 8', { from: '8', backwards: true, count: 100 }, '8, 7'],
  ['backwards from 6', { from: '6', backwards: true, count: 100 }, ''],
])('with only the last three shown, a read %s gives %j', async (_, wanted, given) => {
  const stream = await ofTen({ data: '{"$maxCount":3}' })
  expect(await read(bench().writes, { stream, ...wanted })).toBe(given)
})

test('a metastream shows its last event, wherever a read begins, and counts its revisions', async () => {
  const stream = aStream()
  const { client, writes } = bench()
  for (const n of [0, 1, 2]) await client.setStreamMetadata(stream, { n })
  const metastream = `$$${stream}`
  expect(await read(writes, { stream: metastream, count: 100 })).toBe('2')
  expect(await read(writes, { stream: metastream, from: '1', count: 1 })).toBe('2')
  expect(await read(writes, { stream: metastream, from: 'end', backwards: true, count: 9 })).toBe(
    '2',
  )
  // Its own metadata changes nothing of that.
  await client.setStreamMetadata(metastream, { maxCount: 5 })
  await client.setStreamMetadata(stream, { n: 3 })
  expect(await read(writes, { stream: metastream, count: 100 })).toBe('3')
  expect((await client.getStreamMetadata(metastream)).metadata).toEqual({ maxCount: 5 })
})

test('metadata is expected at the revision of its metastream, and named by it in refusals', async () => {
  const stream = aStream()
  const { client } = bench()
  const set = (n: number, expectedRevision: 'no_stream' | 'stream_exists' | bigint) =>
    client.setStreamMetadata(stream, { n }, { expectedRevision })
  const wrong = { type: 'wrong-expected-version', streamName: `$$${stream}` }
  expect(await failureOf(set(0, 0n))).toMatchObject({ ...wrong, actualVersion: 'no_stream' })
  expect(await failureOf(set(0, 'stream_exists'))).toMatchObject(wrong)
  await set(1, 'no_stream')
  await set(2, 0n)
  expect(await failureOf(set(3, 'no_stream'))).toMatchObject({ ...wrong, actualVersion: 1n })
  expect(await failureOf(set(3, 0n))).toMatchObject({ ...wrong, actualVersion: 1n })
  await set(3, 1n)
  expect((await client.getStreamMetadata(stream)).metadata).toEqual({ n: 3 })
})

test('what is set comes back, known keys and own ones, and raw under its short names', async () => {
  const stream = aStream()
  const { client } = bench()
  const acl = {
    readRoles: ['a', 'b'],
    writeRoles: ['c'],
    deleteRoles: [],
    metaReadRoles: ['d'],
    metaWriteRoles: ['e'],
  }
  const metadata = {
    maxCount: 100,
    maxAge: 3600,
    truncateBefore: 0,
    cacheControl: 60,
    acl,
    own: { nested: [1, 'two', null] },
  }
  await client.setStreamMetadata(stream, metadata)
  expect((await client.getStreamMetadata(stream)).metadata).toEqual(metadata)
  for await (const { event: raw } of client.readStream(`$$${stream}`)) {
    expect(raw).toMatchObject({ type: '$metadata', isJson: true })
    expect(raw?.data).toEqual({
      $maxCount: 100,
      $maxAge: 3600,
      $tb: 0,
      $cacheControl: 60,
      own: { nested: [1, 'two', null] },
      $acl: { $r: ['a', 'b'], $w: ['c'], $d: [], $mr: ['d'], $mw: ['e'] },
    })
  }
})

test('a stream without metadata has none, missing or not', async () => {
  const { client } = bench()
  const stream = aStream()
  expect((await client.getStreamMetadata(stream)).metadata).toBeUndefined()
  await client.appendToStream(stream, events('a'))
  expect((await client.getStreamMetadata(stream)).metadata).toBeUndefined()
  expect(await shown(client, `$$${stream}`)).toBe('stream-not-found')
})

test('$all shows what metadata hides, and all old metadata', async () => {
  const { client, writes } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events('a', 'b'))
  await client.setStreamMetadata(stream, { truncateBefore: 5 })
  await client.setStreamMetadata(stream, { maxCount: 1 })
  const before = await readAll(writes, { from: 'end', backwards: true, count: 4 })
  expect(before.answers.map(place)).toEqual([
    `$$${stream}@1`,
    `$$${stream}@0`,
    `${stream}@1`,
    `${stream}@0`,
  ])
  expect(await labels(client.readStream(stream))).toEqual(['1:b'])
})
