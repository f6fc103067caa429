// What appends are answered, through the successor's client: by either of the two methods that it has for them.
import type { AppendStreamState } from '@kurrent/kurrentdb-client'
import { describe, expect, test } from 'vitest'
import { aStream, failureOf, labels } from '../words.ts'
import { ADMIN, all, event, events, kurrent, overBoth } from './harness.ts'

/** The client writes by BatchAppend, unless a call brings credentials of its own. */
const METHODS = [
  ['BatchAppend', {}],
  ['Append', { credentials: ADMIN }],
] as const

overBoth(bench => {
  const read = (stream: string) => labels(bench().client.readStream(stream))

  describe.each(METHODS)('by %s', (_, login) => {
    type List = ReturnType<typeof events>
    const append = (stream: string, list: List, streamState: AppendStreamState = 'any') =>
      bench().client.appendToStream(stream, list, { ...login, streamState })
    /** A stream of so many events. */
    async function streamOf(length: number): Promise<string> {
      const stream = aStream()
      if (length > 0) await append(stream, events(...'abc'.slice(0, length)))
      return stream
    }

    test.each<[AppendStreamState, number]>([
      ['any', 0],
      ['any', 2],
      ['no_stream', 0],
      ['stream_exists', 2],
      [1n, 2],
    ])(
      '%s is met by a stream of %i, and answered with the place of the last event',
      async (state, length) => {
        const stream = await streamOf(length)
        const answer = await append(stream, events('x', 'y'), state)
        expect(answer).toMatchObject({ success: true, nextExpectedRevision: BigInt(length + 1) })
        const last = (await all(bench().client.readStream(stream))).at(-1)?.event
        expect([last?.revision, last?.position]).toEqual([
          answer.nextExpectedRevision,
          answer.position,
        ])
      },
    )

    test.each<[AppendStreamState, number, string]>([
      ['no_stream', 1, '0'],
      ['stream_exists', 0, 'no_stream'],
      [0n, 0, 'no_stream'],
      [0n, 2, '1'],
      [2n, 2, '1'],
    ])(
      '%s is refused by a stream of %i, which tells what it is, and is left alone',
      async (state, length, actual) => {
        const stream = await streamOf(length)
        const error = await failureOf(append(stream, events('new'), state))
        expect(error).toBeInstanceOf(kurrent.WrongExpectedVersionError)
        expect(error).toMatchObject({ streamName: stream, expectedState: state })
        expect(String(error.actualState)).toBe(actual)
        const left = length > 0 ? await read(stream) : await failureOf(read(stream))
        if (length > 0) expect(left).toHaveLength(length)
        else expect(left).toBeInstanceOf(kurrent.StreamNotFoundError)
      },
    )

    test('the same append again writes nothing and is answered as the first was', async () => {
      const stream = aStream()
      const list = events('a', 'b')
      const first = await append(stream, list, 'no_stream')
      await append(stream, events('c'))
      for (const state of ['any', 'no_stream', 'stream_exists'] as const) {
        expect(await append(stream, list, state)).toEqual(first)
      }
      expect(await read(stream)).toEqual(['0:a', '1:b', '2:c'])
    })

    test('known ids followed by a new one are refused', async () => {
      const stream = aStream()
      const known = event('a')
      await append(stream, [known])
      const error = await failureOf(append(stream, [known, event('b')]))
      expect(error).toBeInstanceOf(kurrent.WrongExpectedVersionError)
      expect(await read(stream)).toEqual(['0:a'])
    })

    test('an event of more than a MiB is refused with the limit', async () => {
      const large = kurrent.binaryEvent({ type: 'large', data: Buffer.alloc(1024 * 1024 + 1) })
      const error = await failureOf(bench().client.appendToStream(aStream(), large, { ...login }))
      expect(error).toBeInstanceOf(kurrent.MaxAppendSizeExceededError)
      expect(error).toMatchObject({ maxAppendSize: 1024 * 1024 })
    })

    test('who asks not to be thrown at is told of the conflict in the answer', async () => {
      const stream = await streamOf(2)
      const client = bench().connect(own => `${own}&throwOnAppendFailure=false`)
      const conflict = client.appendToStream(stream, event('x'), { ...login, streamState: 7n })
      expect(await conflict).toMatchObject({ success: false, nextExpectedRevision: 1n })
    })
  })

  test('an append that goes in many messages is written as one', async () => {
    const { client } = bench()
    const stream = aStream()
    const list = events(...Array.from({ length: 100 }, (_, i) => String(i)))
    const answer = await client.appendToStream(stream, list, { batchAppendSize: 256 })
    expect(answer.nextExpectedRevision).toBe(99n)
    expect(await read(stream)).toEqual(list.map((_, i) => `${i}:${i}`))
    const again = client.appendToStream(stream, list, {
      batchAppendSize: 256,
      streamState: 'no_stream',
    })
    expect(await again).toEqual(answer)
  })

  test('appends sent without waiting keep their order, and each has its own answer', async () => {
    const { client } = bench()
    const stream = aStream()
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => {
        const streamState = i % 10 === 9 ? 'no_stream' : 'any'
        return client.appendToStream(stream, event(String(i)), { streamState })
      }),
    )
    const refused = answers.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))
    expect(refused).toEqual(Array.from({ length: 10 }, (_, i) => 10 * i + 9))
    const taken = answers.flatMap(({ status }, i) => (status === 'fulfilled' ? [String(i)] : []))
    expect(await read(stream)).toEqual(taken.map((label, i) => `${i}:${label}`))
  })
})
