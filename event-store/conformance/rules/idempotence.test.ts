// When an append counts as one that was written before: by its ids and by what it expects.
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { shown, useWire, WAY_NAMES, WAYS, type WireBench } from './situations.ts'
import type { Sent } from './writes.ts'

const bench = useWire()

/**
 * Given these writes, when these events are appended with that expectation, then this is the answer and that is in the
 * stream. A letter is an event with an id of its own. Of writes, `x` deletes the stream, `†` ends it, `>2` truncates it
 * before revision 2, and a number before letters is the revision they are appended at.
 */
type Fact = readonly [
  given: string,
  appended: string,
  expected: string,
  answer: string,
  leaves: string,
]

const WRITTEN_BEFORE: readonly Fact[] = [
  ['abc', 'abc', 'any', 'at 2', '0:a 1:b 2:c'],
  ['abc', 'ab', 'any', 'at 1', '0:a 1:b 2:c'],
  ['abc', 'b', 'any', 'at 1', '0:a 1:b 2:c'],
  // Neither their order nor what stands between them matters; the answer is that of the last one.
  ['abc', 'ba', 'any', 'at 0', '0:a 1:b 2:c'],
  ['abc', 'cba', 'any', 'at 0', '0:a 1:b 2:c'],
  ['abc', 'ac', 'any', 'at 2', '0:a 1:b 2:c'],
  ['abc', 'ab', 'stream_exists', 'at 1', '0:a 1:b 2:c'],
  ['abc', 'abc', 'no_stream', 'at 2', '0:a 1:b 2:c'],
  ['abc', 'ab', 'no_stream', 'at 1', '0:a 1:b 2:c'],
  ['abc', 'bc', '0', 'at 2', '0:a 1:b 2:c'],
  ['abc', 'b', '0', 'at 1', '0:a 1:b 2:c'],
  ['aa', 'aa', 'no_stream', 'at 1', '0:a 1:a'],
  // Of several copies an exact expectation means its own, any the first.
  ['abc 2ab', 'ab', '2', 'at 4', '0:a 1:b 2:c 3:a 4:b'],
  ['abc 2ab', 'ab', 'no_stream', 'at 1', '0:a 1:b 2:c 3:a 4:b'],
  ['abc 2ab', 'ab', 'any', 'at 1', '0:a 1:b 2:c 3:a 4:b'],
  ['aa', 'a', 'any', 'at 0', '0:a 1:a'],
]

const IN_PART: readonly Fact[] = [
  ['abc', 'cd', 'any', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'abcd', 'any', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'ad', 'stream_exists', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'ad', 'no_stream', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'abcd', 'no_stream', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'bd', '0', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'bcd', '0', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'b', 'no_stream', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'c', '0', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'cb', '0', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'd', '1', 'is 2', '0:a 1:b 2:c'],
  ['abc', 'c', '3', 'is 2', '0:a 1:b 2:c'],
]

const ANEW: readonly Fact[] = [
  ['', 'aa', 'any', 'at 1', '0:a 1:a'],
  // The first one decides: known ids after an unknown one are written once more.
  ['abc', 'dc', 'any', 'at 4', '0:a 1:b 2:c 3:d 4:c'],
  ['abc', 'da', 'stream_exists', 'at 4', '0:a 1:b 2:c 3:d 4:a'],
  // Whoever names the head means what comes after it.
  ['abc', 'c', '2', 'at 3', '0:a 1:b 2:c 3:c'],
  ['abc', 'abc', '2', 'at 5', '0:a 1:b 2:c 3:a 4:b 5:c'],
]

/** What can't be seen any more is known all the same, but has no place in the log to tell. */
const HIDDEN: readonly Fact[] = [
  ['abc x', 'abc', 'any', 'at 2, nowhere', 'stream-not-found'],
  ['abc x', 'c', 'any', 'at 2, nowhere', 'stream-not-found'],
  ['abc x', 'abc', 'no_stream', 'at 2, nowhere', 'stream-not-found'],
  ['abc x', 'c', '1', 'at 2, nowhere', 'stream-not-found'],
  ['abc x', 'cd', 'any', 'is 2', 'stream-not-found'],
  ['abc x', 'dc', 'any', 'at 4', '3:d 4:c'],
  ['abc x', 'bc', 'no_stream', 'at 4', '3:b 4:c'],
  ['abc x', 'ad', 'no_stream', 'is 2', 'stream-not-found'],
  ['abc x', 'a', '2', 'at 3', '3:a'],
  ['abc x d', 'd', 'any', 'at 3', '3:d'],
  ['abc x d', 'd', '2', 'at 3', '3:d'],
  ['abc x d', 'd', 'no_stream', 'is 3', '3:d'],
  ['abc x d', 'a', 'any', 'at 0, nowhere', '3:d'],
  ['abc >2', 'b', 'any', 'at 1, nowhere', '2:c'],
  ['abc >2', 'ab', 'no_stream', 'at 1, nowhere', '2:c'],
  ['abc >2', 'b', '0', 'at 1, nowhere', '2:c'],
  ['abc >2', 'c', '1', 'at 2', '2:c'],
  ['abc †', 'abc', 'any', 'deleted', 'stream-deleted'],
  ['abc †', 'a', 'no_stream', 'deleted', 'stream-deleted'],
]

/** Events by letter: the same letter is the same id. */
class Letters {
  readonly #ids = new Map<string, string>()

  events(letters: string): Sent[] {
    return [...letters].map(letter => {
      const id = this.#ids.get(letter) ?? randomUUID()
      this.#ids.set(letter, id)
      return { id, data: JSON.stringify({ label: letter }) }
    })
  }
}

async function write({ client, writes }: WireBench, stream: string, step: string, all: Letters) {
  if (step === 'x') await client.deleteStream(stream)
  else if (step === '†') await client.tombstoneStream(stream)
  else if (step.startsWith('>')) {
    await client.setStreamMetadata(stream, { truncateBefore: Number(step.slice(1)) })
  } else {
    const [, revision, letters] = /^(\d*)(.*)$/.exec(step) as unknown as [string, string, string]
    await writes.append(stream, all.events(letters), revision || 'any')
  }
}

/** Where the event stands in the log that the stream shows at a revision. */
async function positionOf({ client }: WireBench, stream: string, revision: string) {
  const read = client.readStream(stream, { fromRevision: BigInt(revision), maxCount: 1 })
  let position: bigint | undefined
  for await (const { event } of read) position = event?.position?.commit
  return position
}

describe.each(WAY_NAMES)('by %s', way => {
  test.each([...WRITTEN_BEFORE, ...IN_PART, ...ANEW, ...HIDDEN])(
    'given %j, %j expecting %s is answered by %j and leaves %j',
    async (given, appended, expected, answer, leaves) => {
      const here = bench()
      const stream = aStream()
      const all = new Letters()
      for (const step of given.split(' ').filter(Boolean)) await write(here, stream, step, all)
      const { words, position } = await WAYS[way](here, stream, all.events(appended), expected)
      const nowhere = words.startsWith('at') && position === undefined
      expect(nowhere ? `${words}, nowhere` : words).toBe(answer)
      expect(await shown(here.client, stream)).toBe(leaves)
      // A place in the log is that of the very event the answer is about.
      if (position !== undefined) {
        expect(position).toBe(await positionOf(here, stream, words.slice('at '.length)))
      }
    },
  )

  test('ids that another stream has are new', async () => {
    const all = new Letters()
    const [one, other] = [aStream(), aStream()]
    for (const stream of [one, other]) {
      expect((await WAYS[way](bench(), stream, all.events('ab'), 'any')).words).toBe('at 1')
      expect(await shown(bench().client, stream)).toBe('0:a 1:b')
    }
  })

  test('an event is known by its id alone: what was written first stays', async () => {
    const stream = aStream()
    const id = randomUUID()
    const append = (data: string, type: string) =>
      WAYS[way](bench(), stream, [{ id, data, fields: { type } }], 'any')
    const first = await append('{"label":"first"}', 'tested')
    expect(await append('{"label":"second"}', 'other')).toEqual(first)
    expect(await shown(bench().client, stream)).toBe('0:first')
  })

  test('an id is the same however it is spelt', async () => {
    const stream = aStream()
    const id = randomUUID()
    const bare = id.replaceAll('-', '')
    for (const spelt of [id, id.toUpperCase(), `{${id}}`, `(${id})`, bare, ` ${id} `]) {
      const sent = { id: spelt, data: '{"label":"a"}' }
      expect((await WAYS[way](bench(), stream, [sent], 'any')).words).toBe('at 0')
    }
    for await (const { event } of bench().client.readStream(stream)) expect(event?.id).toBe(id)
    expect(await shown(bench().client, stream)).toBe('0:a')
  })

  test('of twenty equal appends at once one writes, and all are answered alike', async () => {
    const stream = aStream()
    const sent = new Letters().events('ab')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => WAYS[way](bench(), stream, sent, 'any')),
    )
    expect(new Set(answers.map(({ words, position }) => `${words} ${position}`)).size).toBe(1)
    expect(await shown(bench().client, stream)).toBe('0:a 1:b')
  })
})
