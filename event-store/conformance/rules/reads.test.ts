// Where a read of a stream begins and ends, what it is refused for, and what an event looks like on the wire.
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { read, readAll, type Wanted } from './reads.ts'
import { useWire } from './situations.ts'

const bench = useWire()
let stream: string
beforeAll(async () => {
  stream = aStream()
  await bench().writes.append(
    stream,
    Array.from({ length: 10 }, () => ({})),
  )
})

type Fact = readonly [Wanted, string]
const LARGEST = '18446744073709551615'

test.each<Fact>([
  // The revision given is the first one of the answer, both ways.
  [{ from: 'start', count: 2 }, '0, 1'],
  [{ from: '0', count: 1 }, '0'],
  [{ from: '4', count: 2 }, '4, 5'],
  [{ from: '9', count: 5 }, '9'],
  [{ from: 'end', backwards: true, count: 2 }, '9, 8'],
  [{ from: '4', backwards: true, count: 2 }, '4, 3'],
  [{ from: '1', backwards: true, count: 5 }, '1, 0'],
  [{ from: '0', backwards: true, count: 5 }, '0'],
  [{ from: 'start', backwards: true, count: 5 }, '0'],
  // Beyond the end there is nothing forwards; backwards it is the end.
  [{ from: '10', count: 5 }, ''],
  [{ from: '1000', count: 5 }, ''],
  [{ from: '9223372036854775807', count: 5 }, ''],
  [{ from: '10', backwards: true, count: 1 }, '9'],
  [{ from: '9223372036854775807', backwards: true, count: 2 }, '9, 8'],
  [{ from: LARGEST, backwards: true, count: 2 }, '9, 8'],
  // A count is 64 bits long.
  [{ from: '8', count: 2147483648 }, '8, 9'],
  [{ from: '8', count: LARGEST }, '8, 9'],
  // Who asks for it is told where the stream ends, and where it begins if the read began before that.
  [{ from: '8', count: 2, compatibility: 0 }, '8, 9'],
  [{ from: 'start', count: 1, compatibility: 1 }, '0, last 9'],
  [{ from: 'start', count: 1, compatibility: 2 }, '0, last 9'],
  [{ from: 'end', backwards: true, count: 1, compatibility: 1 }, '9, last 9'],
  [{ from: '50', count: 2, compatibility: 1 }, 'first 10, last 9'],
])('of ten events %o gives %j', async (wanted, given) => {
  expect(await read(bench().writes, { stream, ...wanted })).toBe(given)
})

test.each<Fact>([
  [{ from: 'end', count: 1 }, 'status 3'],
  [{ from: LARGEST, count: 1 }, 'status 3'],
  [{ from: '9223372036854775808', count: 1 }, 'status 3'],
  [{ from: '9223372036854775808', backwards: true, count: 1 }, 'status 3'],
  [{ from: '18446744073709551614', backwards: true, count: 1 }, 'status 3'],
  [{ count: 0 }, 'status 3'],
  [{ from: 'end', backwards: true, count: 0 }, 'status 3'],
  [{}, 'status 3'],
  [{ backwards: true, from: 'end' }, 'status 3'],
  [{ count: 1, ids: 'unset' }, 'status 3'],
  [{ count: 1, filter: 'unset' }, 'status 3'],
  [{ count: 1, filter: { prefixes: ['x'], window: 1 } }, 'status 3'],
  [{ count: 1, stream: '' }, 'status 3'],
  [{ count: 'live', backwards: true, from: 'end' }, 'status 3'],
])('%o is refused', async (wanted, given) => {
  expect(await read(bench().writes, { stream, ...wanted })).toBe(given)
})

test('a read that says neither how much nor what it wants is refused by what it combines', async () => {
  const { ended } = await readAll(bench().writes, { stream })
  expect(ended.words).toBe('The combination of (Stream, None, Forwards, NoFilter) is invalid.')
})

test.each<[string, () => string]>([
  ['missing', () => aStream()],
  ['missing, with an odd name', () => aStream('어학\n')],
  ['named $all', () => '$all'],
  ['the metastream of one without metadata', () => `$$${stream}`],
])('a stream that is %s is not found, by a message and not by a status', async (_, name) => {
  const missing = name()
  const { answers, ended } = await readAll(bench().writes, { stream: missing, count: 1 })
  expect(ended).toEqual({ code: 0, words: '', trailers: {} })
  expect(answers).toHaveLength(1)
  const identifier = answers[0]?.getStreamNotFound()?.getStreamIdentifier()
  expect(Buffer.from(identifier?.getStreamName_asU8() ?? []).toString()).toBe(missing)
  const backwards = { stream: missing, from: 'end', backwards: true, count: 1 }
  expect(await read(bench().writes, backwards)).toBe('not found')
})

describe('what hides events', () => {
  test('a truncated stream is told to begin with what it shows', async () => {
    const { client, writes } = bench()
    const own = aStream()
    await writes.append(
      own,
      Array.from({ length: 10 }, () => ({})),
    )
    await client.setStreamMetadata(own, { truncateBefore: 4 })
    const wanted = { stream: own, count: 2, compatibility: 1 }
    expect(await read(writes, wanted)).toBe('first 4, 4, 5, last 9')
    expect(await read(writes, { ...wanted, from: '4' })).toBe('4, 5, last 9')
  })

  test('a deleted stream is not found, one that has ended is refused with its name', async () => {
    const { client, writes } = bench()
    const own = aStream()
    await writes.append(own, [{}])
    await client.deleteStream(own)
    expect(await read(writes, { stream: own, count: 1 })).toBe('not found')
    await client.tombstoneStream(own)
    expect(await readAll(writes, { stream: own, count: 1 })).toEqual({
      answers: [],
      ended: {
        code: 9,
        words: `Event stream '${own}' is deleted.`,
        trailers: { exception: 'stream-deleted', 'stream-name': own },
      },
    })
    const { ended } = await readAll(writes, { stream: `$$${own}`, count: 1 })
    expect(ended.trailers['stream-name']).toBe(`$$${own}`)
  })
})

describe('an event', () => {
  const recordedIn = async (name: string, wanted: Wanted = {}) => {
    const { answers } = await readAll(bench().writes, { stream: name, count: 100, ...wanted })
    return answers.map(answer => {
      const recorded = answer.getEvent()?.getEvent()
      if (!recorded) throw new Error('There is no event.')
      return recorded
    })
  }

  test.each([
    ['application/json', 'application/json'],
    ['application/octet-stream', 'application/octet-stream'],
    ['text/plain', 'application/octet-stream'],
    ['', 'application/octet-stream'],
    ['application/JSON', 'application/octet-stream'],
    ['application/json; charset=utf-8', 'application/octet-stream'],
  ])('of content type %j comes back as %s', async (written, given) => {
    const own = aStream()
    await bench().writes.append(own, [{ fields: { 'content-type': written } }])
    const [recorded] = await recordedIn(own)
    expect(recorded?.getMetadataMap().get('content-type')).toBe(given)
  })

  test('has type, content type and the time in ticks of the server, and nothing else of its writer', async () => {
    const own = aStream()
    const before = Date.now()
    await bench().writes.append(own, [{ fields: { created: '17', own: 'x', 'is-json': 'true' } }])
    const [recorded] = await recordedIn(own)
    const fields = Object.fromEntries(recorded?.getMetadataMap().toArray() ?? [])
    expect(Object.keys(fields).sort()).toEqual(['content-type', 'created', 'type'])
    const milliseconds = Number(BigInt(fields.created ?? 0) / 10_000n)
    expect(milliseconds).toBeGreaterThanOrEqual(before)
    expect(milliseconds).toBeLessThanOrEqual(Date.now())
  })

  test.each([
    ['{ "a" : 1.0, "a":2 }', ''],
    ['{broken', 'not json'],
    ['', ''],
    [Uint8Array.of(255, 254, 0), Uint8Array.of(255)],
    ['\ufeff{}', '\ufeff{}'],
  ])('keeps its data %j and metadata %j byte for byte', async (data, custom) => {
    const own = aStream()
    await bench().writes.append(own, [{ data, custom }])
    const [recorded] = await recordedIn(own)
    expect(Buffer.from(recorded?.getData_asU8() ?? []).equals(Buffer.from(data as string))).toBe(
      true,
    )
    const kept = Buffer.from(recorded?.getCustomMetadata_asU8() ?? [])
    expect(kept.equals(Buffer.from(custom as string))).toBe(true)
  })

  test('has its id as text or as two longs, as the reader wants', async () => {
    const own = aStream()
    const id = randomUUID()
    await bench().writes.append(own, [{ id }])
    const [text] = await recordedIn(own)
    expect(text?.getId()?.getString()).toBe(id)
    const [longs] = await recordedIn(own, { ids: 'structured' })
    expect(longs?.getId()?.hasString()).toBe(false)
    const halves = longs?.getId()?.getStructured()
    const hex = [halves?.getMostSignificantBits(), halves?.getLeastSignificantBits()]
      .map(half =>
        BigInt.asUintN(64, BigInt(half ?? 0))
          .toString(16)
          .padStart(16, '0'),
      )
      .join('')
    expect(hex).toBe(id.replaceAll('-', ''))
  })

  test('stands at one position, whoever tells it', async () => {
    const { writes } = bench()
    const own = aStream()
    const outcome = await writes.append(own, [{}, {}])
    if ('ended' in outcome) throw new Error(outcome.ended.words)
    const answered = outcome.answer.getSuccess()?.getPosition()?.getCommitPosition()
    const [first, last] = await recordedIn(own)
    expect(last?.getCommitPosition()).toBe(answered)
    expect(last?.getPreparePosition()).toBe(answered)
    expect(BigInt(first?.getCommitPosition() ?? 0)).toBeLessThan(BigInt(answered ?? 0))
    const { answers } = await readAll(writes, { from: `${answered}`, count: 1 })
    expect(answers[0]?.getEvent()?.getCommitPosition()).toBe(answered)
    expect(answers[0]?.getEvent()?.getEvent()?.getStreamRevision()).toBe('1')
  })
})
