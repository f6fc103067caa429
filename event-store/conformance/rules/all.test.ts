// The whole log: where reads of it begin and end, what it holds, what it hides, and filters.
import { beforeAll, describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { type FilterWanted, place, positionOf, read, readAll, type Wanted } from './reads.ts'
import { useWire } from './situations.ts'

const bench = useWire()
const prefix = aStream('all')
/** Where the events of these tests stand: a@0 b@0 b@1 a@1, one after the other, and last in the log. */
const at: Record<string, string> = {}

beforeAll(async () => {
  const { writes } = bench()
  for (const [stream, type] of [
    ['a', 'alpha'],
    ['b', 'beta'],
    ['b', 'alphabet'],
    ['a', '$own'],
  ] as const) {
    await writes.append(`${prefix}-${stream}`, [{ fields: { type } }])
  }
  const { answers } = await readAll(writes, { from: 'end', backwards: true, count: 4 })
  for (const answer of answers) at[place(answer).slice(prefix.length + 1)] = `${positionOf(answer)}`
})

/** What a read gives of these tests' events. */
const told = (wanted: Wanted) =>
  read(bench().writes, wanted, answer => place(answer).replace(`${prefix}-`, ''))

describe.each<[string, Omit<Wanted, 'from'>, readonly (readonly [string, string])[]]>([
  [
    'forwards, the position is that of the first event',
    { count: 2 },
    [
      ['a@0', 'a@0, b@0'],
      ['b@1', 'b@1, a@1'],
      ['a@1', 'a@1'],
    ],
  ],
  [
    'backwards, the position is that after the first event',
    { count: 2, backwards: true },
    [
      ['a@1', 'b@1, b@0'],
      ['b@1', 'b@0, a@0'],
    ],
  ],
])('%s', (_, wanted, facts) => {
  test.each(facts)('from %s there are %s', async (from, given) => {
    expect(await told({ ...wanted, from: at[from] as string })).toBe(given)
  })
})

test.each<[Wanted, string]>([
  [{ from: 'end', count: 5 }, ''],
  [{ from: 'start', backwards: true, count: 5 }, ''],
  [{ from: 'end', backwards: true, count: 1 }, 'a@1'],
  [{ from: '1000000000000', count: 5 }, ''],
  [{ from: '18446744073709551615', count: 5 }, ''],
  [{ from: '0', count: 1 }, '$$$scavenges@0'],
  [{ from: 'start', count: 1 }, '$$$scavenges@0'],
])('%o gives %j', async (wanted, given) => {
  expect(await told(wanted)).toBe(given)
})

test('after the last event there is nothing, at it there is that one', async () => {
  expect(await told({ from: `${BigInt(at['a@1'] ?? 0) + 1n}`, count: 5 })).toBe('')
  expect(await told({ from: at['a@1'] as string, count: 5 })).toBe('a@1')
})

test('the prepare position may be lower than the commit position, but not higher', async () => {
  const commit = BigInt(at['b@1'] ?? 0)
  expect(await told({ from: `${commit}/0`, count: 1 })).toBe('b@1')
  expect(await told({ from: `${commit}/${commit - 1n}`, count: 1 })).toBe('b@1')
  expect(await told({ from: `${commit}/${commit + 1n}`, count: 1 })).toBe('status 3')
})

test.each<[Wanted, string]>([
  [{}, 'status 3'],
  [{ count: 1, filter: 'unset' }, 'status 3'],
  [{ count: 1, ids: 'unset' }, 'status 3'],
  [{ count: 1, filter: { on: 'nothing', window: 10 } }, 'status 3'],
  [{ count: 1, filter: { regex: '(', window: 10 } }, 'status 3'],
])('%o is refused', async (wanted, given) => {
  expect(await told(wanted)).toBe(given)
})

test.each<[FilterWanted, string]>([
  [{ prefixes: [`${prefix}-a`] }, 'a@0, a@1'],
  [{ prefixes: [`${prefix}-b`, `${prefix}-c`] }, 'b@0, b@1'],
  [{ prefixes: [prefix.toUpperCase()] }, ''],
  [{ regex: `^${prefix}-[a]$` }, 'a@0, a@1'],
  // An expression is found anywhere in the name, and is one of .NET.
  [{ regex: `${prefix.slice(3)}-b` }, 'b@0, b@1'],
  [{ regex: `(?i)${prefix.toUpperCase()}-b` }, 'b@0, b@1'],
  [{ regex: `\\A${prefix}-(?<name>a|x)\\z` }, 'a@0, a@1'],
  [{ on: 'type', prefixes: ['alpha'] }, 'a@0, b@1'],
  [{ on: 'type', regex: '^alpha$|^beta$' }, 'a@0, b@0'],
  [{ on: 'type', regex: '^[^$]' }, 'a@0, b@0, b@1'],
  [{}, ''],
])('of four events the filter %o leaves %j', async (filter, given) => {
  const wanted = { from: at['a@0'] as string, count: 10, filter: { window: 100, ...filter } }
  expect(await told(wanted)).toBe(given)
})

test('a filter counts what it leaves, both ways', async () => {
  const filter = { prefixes: [`${prefix}-a`], window: 100 }
  expect(await told({ from: 'end', backwards: true, count: 1, filter })).toBe('a@1')
  expect(await told({ from: at['a@0'] as string, count: 1, filter })).toBe('a@0')
})

test('deletes, tombstones and metadata are in it, in the order of their writes', async () => {
  const { client, writes } = bench()
  const stream = aStream()
  await writes.append(stream, [{}])
  await client.setStreamMetadata(stream, { own: 1 })
  await client.deleteStream(stream)
  await writes.append(stream, [{}, {}])
  await client.tombstoneStream(stream)
  const filter = { prefixes: [stream, `$$${stream}`], window: 100 }
  const { answers } = await readAll(writes, { count: 100, filter })
  expect(answers.map(place)).toEqual([
    `${stream}@0`,
    `$$${stream}@0`,
    `$$${stream}@1`,
    `${stream}@1`,
    `${stream}@2`,
    // The events come before the metadata that tells that the stream is there again.
    `$$${stream}@2`,
    `${stream}@9223372036854775807`,
  ])
  const data = answers.map(answer =>
    Buffer.from(answer.getEvent()?.getEvent()?.getData_asU8() ?? []).toString(),
  )
  expect([data[2], data[5], data[6]]).toEqual(['{"$tb":9223372036854775807}', '{"$tb":1}', ''])
  const fields = answers[6]?.getEvent()?.getEvent()?.getMetadataMap()
  expect([fields?.get('type'), fields?.get('content-type')]).toEqual([
    '$streamDeleted',
    'application/octet-stream',
  ])
})

test('positions rise with every event, within an append too', async () => {
  await bench().writes.append(
    `${prefix}-many`,
    Array.from({ length: 50 }, () => ({})),
  )
  const { answers } = await readAll(bench().writes, { count: 1000 })
  const positions = answers.map(positionOf)
  expect(positions.length).toBeGreaterThan(50)
  expect(positions.every((position, i) => i === 0 || position > (positions[i - 1] as bigint))).toBe(
    true,
  )
})

test('an append of nothing is not in it, but takes a position', async () => {
  const { writes } = bench()
  const stream = aStream()
  const position = async (count: number) => {
    const outcome = await writes.append(
      stream,
      Array.from({ length: count }, () => ({})),
    )
    if ('ended' in outcome) throw new Error(outcome.ended.words)
    return BigInt(outcome.answer.getSuccess()?.getPosition()?.getCommitPosition() ?? -1)
  }
  const [first, nothing, second] = [await position(1), await position(0), await position(1)]
  expect(first < nothing && nothing < second).toBe(true)
  const { answers } = await readAll(writes, { from: `${first}`, count: 10 })
  expect(answers.map(positionOf)).toEqual([first, second])
})

test('the streams in which a group of the whole log keeps itself are not in it', async () => {
  const { writes } = bench()
  for (const own of ['checkpoint', 'parked']) {
    await writes.append(`$persistentsubscription-$all::g-${own}`, [{}])
    await writes.append(`$persistentsubscription-a::g-${own}`, [{}])
  }
  const { answers } = await readAll(writes, {
    count: 100,
    filter: { prefixes: ['$persistentsubscription-', '$epoch-information'], window: 100 },
  })
  expect(answers.map(place)).toEqual([
    '$persistentsubscription-a::g-checkpoint@0',
    '$persistentsubscription-a::g-parked@0',
  ])
  const byName = { stream: '$persistentsubscription-$all::g-parked', count: 1 }
  expect(await read(writes, byName)).toBe('0')
})
