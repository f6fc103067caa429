// Filtered subscriptions: what they deliver, and the positions that tell readers how far nothing else was.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { type FilterWanted, Listener, place, positionOf, readAll } from './reads.ts'
import { useWire } from './situations.ts'

const bench = useWire()
const open: Listener[] = []
afterEach(() => {
  for (const listener of open.splice(0)) listener.cancel()
})

let wanted: string
let other: string
/** The last position before a test wrote anything. */
let before: string
beforeEach(async () => {
  ;[wanted, other] = [aStream('wanted'), aStream('other')]
  const { answers } = await readAll(bench().writes, { from: 'end', backwards: true, count: 1 })
  before = `${answers.map(positionOf)[0]}`
})

const append = (stream: string, count = 1) =>
  bench().writes.append(
    stream,
    Array.from({ length: count }, () => ({})),
  )

function listen(filter: FilterWanted, from = before): Listener {
  const listener = new Listener(bench().writes, { from, filter })
  open.push(listener)
  return listener
}

/** Names for what a listener is told: `w0` and `o3` for events and for checkpoints at them. */
async function spelling(): Promise<(text: string) => string> {
  const { answers } = await readAll(bench().writes, { from: before, count: 1000 })
  const names = new Map<string, string>()
  for (const answer of answers) {
    const name = place(answer).replace(`${wanted}@`, 'w').replace(`${other}@`, 'o')
    names.set(`checkpoint ${positionOf(answer)}`, `(${name})`).set(place(answer), name)
  }
  return text =>
    text
      .split(', ')
      .map(part => names.get(part) ?? part)
      .join(' ')
}

async function history(listener: Listener): Promise<string> {
  const text = await listener.history(place)
  return (await spelling())(text)
}
async function next(listener: Listener, count: number): Promise<string> {
  const text = await listener.next(count, place)
  return (await spelling())(text)
}

describe('live, a checkpoint comes at every so manieth event that is looked at', () => {
  test.each([
    // Window and multiplier, then what is written to which stream, then what is told.
    [5, 2, 'oooowooooo oo', 'w0 (o8)'],
    [3, 1, 'wwwwwww', 'w0 w1 w2 (w2) w3 w4 w5 (w5) w6'],
    [1, 1, 'owo', '(o0) w0 (w0) (o1)'],
    [2, 3, 'oooooooooooow', '(o5) (o11) w0'],
  ])('of a window of %i times %i, after %s: %s', async (window, interval, writes, told) => {
    const listener = listen({ prefixes: [wanted], window, interval })
    expect(await listener.history()).toBe('confirmed, caught up')
    for (const letter of writes.replace(' ', '')) await append(letter === 'w' ? wanted : other)
    expect(await next(listener, told.split(' ').length)).toBe(told)
  })

  test('several within one append', async () => {
    const listener = listen({ prefixes: [wanted], window: 4 })
    await listener.history()
    await append(other, 13)
    expect(await next(listener, 3)).toBe('(o3) (o7) (o11)')
  })

  test('where the window is left to the server, it is of 32', async () => {
    const listener = listen({ prefixes: [wanted], window: 'count' })
    await listener.history()
    await append(other, 70)
    expect(await next(listener, 2)).toBe('(o31) (o63)')
  })

  test('events that are hidden from everybody are looked at, too', async () => {
    const listener = listen({ prefixes: [wanted, '$persistentsubscription-'], window: 3 })
    await listener.history()
    await append('$persistentsubscription-$all::group-checkpoint', 2)
    await append(wanted)
    expect(await next(listener, 2)).toBe('w0 (w0)')
  })
})

describe('in history', () => {
  test('they come though nothing matches, the last one before the end is told', async () => {
    await append(other, 100)
    const listener = listen({ prefixes: [wanted], window: 10 })
    const tens = Array.from({ length: 10 }, (_, i) => `(o${i * 10 + 9})`).join(' ')
    expect(await history(listener)).toBe(`confirmed ${tens} caught up`)
  })

  test('the last names what was looked at last, a whole window or not', async () => {
    await append(other, 7)
    await append(wanted)
    await append(other, 5)
    const listener = listen({ prefixes: [wanted], window: 10 })
    expect(await history(listener)).toBe('confirmed w0 (o8) (o11) caught up')
  })

  test('with nothing after the position there is none', async () => {
    expect(await history(listen({ prefixes: [wanted], window: 1 }))).toBe('confirmed caught up')
  })

  test('of 384 events with a window of 32, twice, there are six or seven', async () => {
    await append(other, 384)
    const listener = listen({ prefixes: [wanted], window: 32, interval: 2 })
    const told = (await history(listener)).split(' ').filter(part => part.startsWith('('))
    expect([6, 7]).toContain(told.length)
    expect(told.at(-1)).toBe('(o383)')
  })

  test('whoever goes on from a checkpoint misses nothing and is sent nothing again', async () => {
    await append(wanted)
    await append(other, 9)
    await append(wanted)
    const first = listen({ prefixes: [wanted], window: 10 })
    const [, , told] = (await first.next(3, place)).split(', ')
    const position = told?.replace('checkpoint ', '') as string
    const second = listen({ prefixes: [wanted], window: 10 }, position)
    expect(await history(second)).toBe('confirmed w1 (w1) caught up')
  })
})

test.each<[FilterWanted, string]>([
  [{ prefixes: ['PRE-a'] }, 'PRE-a@0'],
  [{ prefixes: ['PRE-b', 'PRE-c'] }, 'PRE-b@0, PRE-c@0'],
  [{ regex: '^PRE-[ab]$' }, 'PRE-a@0, PRE-b@0'],
  [{ on: 'type', prefixes: ['PRE'] }, 'PRE-a@0, PRE-b@0, PRE-c@0'],
  [{ on: 'type', regex: 'PRE-(b|c)$' }, 'PRE-b@0, PRE-c@0'],
  [{ on: 'type', regex: '^[^$]' }, 'PRE-a@0, PRE-b@0, PRE-c@0'],
])('the filter %o lets the same through, live and of history', async (filter, through) => {
  const own = aStream('PRE')
  const { prefixes = [], regex = '' } = filter
  const asked = {
    ...filter,
    window: 100,
    prefixes: prefixes.map(prefix => prefix.replace('PRE', own)),
    regex: regex.replace('PRE', own),
  }
  const live = listen(asked)
  await live.history()
  for (const letter of 'abc') {
    const stream = `${own}-${letter}`
    await bench().writes.append(stream, [{ fields: { type: stream } }])
    await bench().client.setStreamMetadata(stream, { n: 1 })
  }
  const given = through.replaceAll('PRE', own)
  expect(await live.next(given.split(', ').length, place)).toBe(given)
  const told = (await listen(asked).history(place)).split(', ')
  expect(told.filter(part => part.includes('@')).join(', ')).toBe(given)
})

test.each<[string, FilterWanted, string]>([
  ['without an expression it matches nothing', { window: 32 }, 'confirmed, caught up'],
  ['on nothing is refused', { on: 'nothing', window: 32 }, 'status 3'],
  ['without a window is refused', { prefixes: ['x'] }, 'status 3'],
  ['with an interval of none is refused', { prefixes: ['x'], window: 32, interval: 0 }, 'status 3'],
  ['with an expression that is none is refused', { regex: '(', window: 32 }, 'status 3'],
  [
    'with a window of none is refused once it is confirmed',
    { prefixes: ['x'], window: 0 },
    'confirmed, status 3',
  ],
])('a filter %s', async (_, filter, told) => {
  expect(await listen(filter).history()).toBe(told)
})
