// What a soft delete leaves, what brings a stream back and with which metadata, and how a stream ends for ever.
import { describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { positionOf, read, readAll } from './reads.ts'
import { shown, streamThatIs, useWire } from './situations.ts'
import { toldOfAppend, toldOfDelete } from './writes.ts'

const bench = useWire()
const label = (text: string) => ({ data: JSON.stringify({ label: text }) })
const DELETED = '{"$tb":9223372036854775807}'

/** The raw text of the last metadata of a stream. */
async function metadataOf(stream: string): Promise<string | undefined> {
  const { answers } = await readAll(bench().writes, { stream: `$$${stream}`, count: 1 })
  const data = answers[0]?.getEvent()?.getEvent()?.getData_asU8()
  return data && Buffer.from(data).toString()
}

test('a delete leaves metadata that says so and nothing else, and tells its position', async () => {
  const { client, writes } = bench()
  const stream = await streamThatIs(client, 'existing')
  await client.setStreamMetadata(stream, { maxCount: 5, own: 'x', acl: { readRoles: ['r'] } })
  const { words, position } = toldOfDelete(await writes.delete(stream))
  expect(words).toBe('done')
  expect(await metadataOf(stream)).toBe(DELETED)
  const { answers } = await readAll(writes, { stream: `$$${stream}`, count: 1 })
  expect(answers.map(positionOf)).toEqual([position])
})

test('a deleted stream can be deleted again, each time with another event', async () => {
  const { client, writes } = bench()
  const stream = await streamThatIs(client, 'deleted')
  const positions = []
  for (const expected of ['any', '2', 'no_stream']) {
    positions.push(toldOfDelete(await writes.delete(stream, expected)).position)
  }
  expect(new Set(positions).size).toBe(3)
  expect(await read(writes, { stream: `$$${stream}`, count: 1 })).toBe('3')
})

describe('a deleted stream', () => {
  test.each([
    ['any', '3:d 4:e'],
    ['no_stream', '3:d 4:e'],
    ['2', '3:d 4:e'],
  ])('goes on with its numbers when it is written under %s', async (expected, events) => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 'deleted')
    const written = toldOfAppend(await writes.append(stream, [label('d'), label('e')], expected))
    expect(written.words).toBe('at 4')
    expect(await shown(client, stream)).toBe(events)
    expect(await metadataOf(stream)).toBe('{"$tb":3}')
  })

  test('comes back as often as it is deleted', async () => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 're-created')
    await writes.delete(stream, '3')
    expect(await shown(client, stream)).toBe('stream-not-found')
    await writes.append(stream, [label('e'), label('f')], 'no_stream')
    expect(await shown(client, stream)).toBe('4:e 5:f')
    expect(await metadataOf(stream)).toBe('{"$tb":4}')
    expect(await read(writes, { stream, from: '1', count: 1 })).toBe('4')
    expect(await read(writes, { stream, from: '3', backwards: true, count: 9 })).toBe('')
  })

  test.each([
    ['{"$maxCount":10}', '{"$maxCount":10,"$tb":3}', '', '3:d'],
    ['{"own":1}', '{"own":1,"$tb":3}', '', '3:d'],
    // Whatever it says of its beginning, that is the next event.
    ['{"$tb":1,"own":1}', '{"own":1,"$tb":3}', '', '3:d'],
    // Text that is no metadata hides nothing any more, the old events neither.
    ['nonsense', 'nonsense', '0:a 1:b 2:c', '0:a 1:b 2:c 3:d'],
  ])('comes back by metadata %s, which then says %s', async (written, kept, before, after) => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 'deleted')
    await writes.append(`$$${stream}`, [{ data: written }])
    expect(await metadataOf(stream)).toBe(kept)
    expect(await shown(client, stream)).toBe(before)
    expect(toldOfAppend(await writes.append(stream, [label('d')], '2')).words).toBe('at 3')
    expect(await shown(client, stream)).toBe(after)
  })

  test('comes back, empty, by an append of nothing, to itself or its metastream', async () => {
    const { client, writes } = bench()
    for (const prefix of ['', '$$']) {
      const stream = await streamThatIs(client, 'deleted')
      await writes.append(`${prefix}${stream}`, [])
      expect(await shown(client, stream)).toBe('')
      expect(await metadataOf(stream)).toBe('{"$tb":3}')
    }
  })

  test('has metadata like any other, by the revision of its metastream', async () => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 'deleted')
    const set = async (expected: string) =>
      toldOfAppend(await writes.append(`$$${stream}`, [{ data: '{"own":1}' }], expected)).words
    expect(await set('no_stream')).toBe('is 0')
    expect(await set('0')).toBe('at 1')
    expect(await read(writes, { stream: `$$${stream}`, count: 1 })).toBe('2')
  })

  test('may be one that metadata written by hand declares so', async () => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 'existing')
    await writes.append(`$$${stream}`, [{ data: DELETED }])
    expect(await shown(client, stream)).toBe('stream-not-found')
    expect(toldOfAppend(await writes.append(stream, [label('d')], 'stream_exists')).words).toBe(
      'deleted',
    )
    expect(toldOfAppend(await writes.append(stream, [label('d')], 'no_stream')).words).toBe('at 3')
    expect(await shown(client, stream)).toBe('3:d')
    expect(await metadataOf(stream)).toBe('{"$tb":3}')
  })
})

describe('a stream that has ended', () => {
  test('has no metadata to read, and none can be written where there was none', async () => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 'tombstoned')
    expect(await shown(client, `$$${stream}`)).toBe('stream-deleted')
    const metadata = [{ data: '{"$maxCount":3}' }]
    for (const expected of ['any', 'no_stream']) {
      const { words } = toldOfAppend(await writes.append(`$$${stream}`, metadata, expected))
      expect(words).toBe('deleted')
    }
  })

  test('has none to read either where there was some', async () => {
    const { client } = bench()
    const stream = await streamThatIs(client, 'existing')
    await client.setStreamMetadata(stream, { maxCount: 2 })
    await client.tombstoneStream(stream)
    expect(await shown(client, `$$${stream}`)).toBe('stream-deleted')
  })

  test('tells the position of its tombstone', async () => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 'existing')
    const { position } = toldOfDelete(await writes.tombstone(stream, '2'))
    const { answers } = await readAll(writes, { from: `${position}`, count: 1 })
    expect(answers[0]?.getEvent()?.getEvent()?.getStreamRevision()).toBe('9223372036854775807')
  })
})

describe('a metastream', () => {
  test('that is deleted has changed nothing: its metadata still counts', async () => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 'existing')
    await client.setStreamMetadata(stream, { maxCount: 1 })
    expect(toldOfDelete(await writes.delete(`$$${stream}`)).words).toBe('done')
    expect(await shown(client, stream)).toBe('2:c')
    expect(await metadataOf(stream)).toBe('{"$maxCount":1}')
  })

  test('that has ended counts no more, can not be written, and leaves its stream alone', async () => {
    const { client, writes } = bench()
    const stream = await streamThatIs(client, 'existing')
    await client.setStreamMetadata(stream, { maxCount: 1 })
    expect(toldOfDelete(await writes.tombstone(`$$${stream}`)).words).toBe('done')
    expect(await shown(client, stream)).toBe('0:a 1:b 2:c')
    expect(await shown(client, `$$${stream}`)).toBe('stream-deleted')
    const { words } = toldOfAppend(await writes.append(`$$${stream}`, [{ data: '{}' }]))
    expect(words).toBe('deleted')
    expect(toldOfAppend(await writes.append(stream, [label('d')])).words).toBe('at 3')
  })
})

test('a name or an expectation that is left out is refused by delete and tombstone', async () => {
  const { client, writes } = bench()
  const stream = await streamThatIs(client, 'existing')
  for (const verb of ['delete', 'tombstone'] as const) {
    expect(toldOfDelete(await writes[verb]('')).words).toBe('3')
    expect(toldOfDelete(await writes[verb](stream, 'unset')).words).toBe('3')
  }
  expect(await shown(client, stream)).toBe('0:a 1:b 2:c')
  expect(await shown(client, aStream())).toBe('stream-not-found')
})
