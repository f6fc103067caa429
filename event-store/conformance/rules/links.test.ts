// What a link leads to, whatever it says, and how it comes when it leads nowhere.
import { beforeAll, describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { Listener, positionOf, read, readAll } from './reads.ts'
import { streamThatIs, useWire } from './situations.ts'

const bench = useWire()
const link = (data: string | Uint8Array) => ({
  data,
  fields: { type: '$>', 'content-type': 'application/octet-stream' },
})
let target: string
beforeAll(async () => {
  target = aStream('a@b')
  await bench().writes.append(target, [{}, {}, {}])
})

/** What a read of a stream of this one link gives when it follows links. */
async function resolved(data: string | Uint8Array): Promise<string> {
  const stream = aStream('links')
  await bench().writes.append(stream, [link(data)])
  return read(bench().writes, { stream, count: 10, links: true })
}

test.each([
  // The number ends at the first @; what follows is the name, another @ in it or not.
  ['0@TARGET', '0 by 0'],
  ['2@TARGET', '2 by 0'],
  ['002@TARGET', '2 by 0'],
  [' 2 @TARGET', '2 by 0'],
  ['+2@TARGET', '2 by 0'],
  ['-1@TARGET', '2 by 0'],
  // Nothing is there.
  ['3@TARGET', 'nothing by 0'],
  ['-2@TARGET', 'nothing by 0'],
  ['9223372036854775807@TARGET', 'nothing by 0'],
  ['0@missing', 'nothing by 0'],
  ['0@', 'nothing by 0'],
  ['3', 'nothing by 0'],
  // What begins with no number is no link, but an event as any other.
  ['1.5@TARGET', '0'],
  ['0x0@TARGET', '0'],
  ['99999999999999999999@TARGET', '0'],
  ['x@TARGET', '0'],
  ['@TARGET', '0'],
  ['@', '0'],
  ['', '0'],
])('%j comes as %j', async (data, given) => {
  expect(await resolved(data.replace('TARGET', target))).toBe(given)
})

test('a name that is no text leads nowhere', async () => {
  expect(await resolved(Uint8Array.of(0x30, 0x40, 0xff, 0xfe))).toBe('nothing by 0')
})

test.each([
  ['deleted', 'nothing by 0'],
  ['tombstoned', 'nothing by 0'],
  ['all hidden', 'nothing by 0'],
  ['re-created', 'nothing by 0'],
  ['metadata only', 'nothing by 0'],
  ['existing', '0 by 0'],
])('to the first event of a stream that is %s, a link comes as %j', async (situation, given) => {
  expect(await resolved(`0@${await streamThatIs(bench().client, situation)}`)).toBe(given)
})

test('to an event of before a tombstone and to the tombstone, it leads nowhere', async () => {
  const stream = await streamThatIs(bench().client, 'tombstoned')
  expect(await resolved(`9223372036854775807@${stream}`)).toBe('nothing by 0')
})

test('to a link it leads one step, to itself to itself', async () => {
  const { writes } = bench()
  const [first, second] = [aStream(), aStream()]
  await writes.append(first, [link(`1@${target}`)])
  await writes.append(second, [link(`0@${first}`), link(`1@${second}`)])
  const { answers } = await readAll(writes, { stream: second, count: 10, links: true })
  const data = answers.map(answer =>
    Buffer.from(answer.getEvent()?.getEvent()?.getData_asU8() ?? []).toString(),
  )
  expect(data).toEqual([`1@${target}`, `1@${second}`])
})

test('to old metadata it leads nowhere, to the last it leads', async () => {
  const { client } = bench()
  const stream = aStream()
  for (const n of [0, 1]) await client.setStreamMetadata(stream, { n })
  expect(await resolved(`0@$$${stream}`)).toBe('nothing by 0')
  expect(await resolved(`1@$$${stream}`)).toBe('1 by 0')
})

test.each(['$@', '>', '$>x', '$link'])('an event of type %j is no link', async type => {
  const { writes } = bench()
  const stream = aStream()
  await writes.append(stream, [{ ...link(`1@${target}`), fields: { type } }])
  expect(await read(writes, { stream, count: 1, links: true })).toBe('0')
})

describe('whoever follows links', () => {
  let links: string
  beforeAll(async () => {
    links = aStream('links')
    await bench().writes.append(links, [link(`1@${target}`), link(`9@${target}`)])
  })

  test('is given both, with the position of the link; others are given the link', async () => {
    const { writes } = bench()
    const plain = await readAll(writes, { stream: links, count: 10 })
    const followed = await readAll(writes, { stream: links, count: 10, links: true })
    expect(followed.answers.map(positionOf)).toEqual(plain.answers.map(positionOf))
    const [found, lost] = followed.answers.map(answer => answer.getEvent())
    expect(found?.getEvent()?.getStreamRevision()).toBe('1')
    expect(lost?.hasEvent()).toBe(false)
    for (const [i, event] of plain.answers.entries()) {
      const own = event.getEvent()
      expect(own?.hasLink()).toBe(false)
      expect(followed.answers[i]?.getEvent()?.getLink()?.toObject()).toEqual(
        own?.getEvent()?.toObject(),
      )
    }
  })

  test('is given them backwards, in the whole log and live as well', async () => {
    const { writes } = bench()
    const backwards = { stream: links, from: 'end', backwards: true, count: 10, links: true }
    expect(await read(writes, backwards)).toBe('nothing by 1, 1 by 0')
    const filter = { prefixes: [links], window: 10 }
    expect(await read(writes, { count: 10, links: true, filter })).toBe('1 by 0, nothing by 1')
    const listener = new Listener(writes, { stream: links, links: true })
    expect(await listener.history()).toBe('confirmed, 1 by 0, nothing by 1, caught up')
    await writes.append(links, [link(`2@${target}`), link('0@missing'), {}])
    expect(await listener.next(3)).toBe('2 by 2, nothing by 3, 4')
    listener.cancel()
  })

  test('is given none that his filter leaves out: it looks at the link, not at what it leads to', async () => {
    const { writes } = bench()
    const filter = { on: 'type', prefixes: ['tested'], window: 100 } as const
    const { answers } = await readAll(writes, { count: 1000, links: true, filter })
    expect(answers.length).toBeGreaterThan(0)
    expect(answers.filter(answer => answer.getEvent()?.hasLink())).toEqual([])
  })
})
