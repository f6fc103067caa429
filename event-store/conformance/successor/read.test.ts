// Reads of streams and of $all through the successor's client, which makes them in native code.
import { describe, expect, test } from 'vitest'
import { aStream, failureOf, labels } from '../words.ts'
import { FILTERS, writtenFor } from './filters.ts'
import { ADMIN, all, type Client, event, events, kurrent, overBoth } from './harness.ts'

type Options = NonNullable<Parameters<Client['readStream']>[1]>

overBoth(bench => {
  async function filled(): Promise<string> {
    const stream = aStream()
    await bench().client.appendToStream(stream, events(...'abcde'))
    return stream
  }

  // From the end it reads backwards, whatever it is told, and from the start forwards: the native code decides.
  test.each<[Options, string[]]>([
    [{}, ['0:a', '1:b', '2:c', '3:d', '4:e']],
    [{ fromRevision: 3n }, ['3:d', '4:e']],
    [{ fromRevision: 1n, maxCount: 2 }, ['1:b', '2:c']],
    [{ fromRevision: 5n }, []],
    [{ direction: 'backwards', fromRevision: 'end', maxCount: 2 }, ['4:e', '3:d']],
    [{ direction: 'backwards', fromRevision: 'end' }, ['4:e', '3:d', '2:c', '1:b', '0:a']],
    [{ direction: 'backwards', fromRevision: 1n }, ['1:b', '0:a']],
    [{ direction: 'backwards', fromRevision: 100n, maxCount: 1 }, ['4:e']],
    [{ fromRevision: 4n, requiresLeader: true, credentials: ADMIN }, ['4:e']],
  ])('a stream read with %o', async (options, expected) => {
    expect(await labels(bench().client.readStream(await filled(), options))).toEqual(expected)
  })

  test('a missing stream is not found, by its name', async () => {
    const stream = aStream()
    const error = await failureOf(all(bench().client.readStream(stream)))
    expect(error).toBeInstanceOf(kurrent.StreamNotFoundError)
    expect(error).toMatchObject({ streamName: stream })
  })

  test('what was written comes back whole', async () => {
    const { client } = bench()
    const stream = aStream('ünï 어학')
    const json = kurrent.jsonEvent({ type: 'ünï', data: { 어: [1, null] }, metadata: { m: 'ü' } })
    const data = Uint8Array.from([0, 255, 1, 254])
    const metadata = Uint8Array.from([255])
    const bytes = kurrent.binaryEvent({ type: 'bytes', data, metadata })
    const { position } = await client.appendToStream(stream, [json, bytes])
    const [first, second] = (await all(client.readStream(stream))).map(({ event }) => event)
    const { id, type } = json
    const own = { streamId: stream, id, type, isJson: true, revision: 0n }
    expect(first).toMatchObject({ ...own, data: json.data, metadata: json.metadata })
    expect(second).toMatchObject({ id: bytes.id, isJson: false, revision: 1n, position })
    expect([second?.data, second?.metadata].map(each => [...(each as Uint8Array)])).toEqual([
      [...data],
      [...metadata],
    ])
    expect(Math.abs((first?.created.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  test('a long stream comes whole and in order, both ways, and can be left halfway', async () => {
    const { client } = bench()
    const stream = aStream()
    const list = events(...Array.from({ length: 3000 }, () => 'x'))
    await client.appendToStream(stream, list)
    const forwards = await labels(client.readStream(stream))
    expect(forwards).toEqual(list.map((_, i) => `${i}:x`))
    const from = { direction: 'backwards', fromRevision: 'end' } as const
    expect(await labels(client.readStream(stream, from))).toEqual(forwards.reverse())
    for (let i = 0; i < 20; i++) {
      for await (const { event } of client.readStream(stream)) {
        if (event?.revision === 10n) break
      }
    }
    expect(await labels(client.readStream(stream, { maxCount: 1 }))).toEqual(['0:x'])
  })

  test('links are followed on demand; those that lead nowhere come without an event', async () => {
    const { client } = bench()
    const [stream, links] = [await filled(), aStream('links')]
    const link = (to: string) => kurrent.binaryEvent({ type: '$>', data: Buffer.from(to) })
    await client.appendToStream(links, [link(`1@${stream}`), link(`7@${stream}`)])
    const resolved = await all(client.readStream(links, { resolveLinkTos: true }))
    expect(resolved.map(({ event }) => event?.revision)).toEqual([1n, undefined])
    expect(resolved.map(({ link }) => link?.revision)).toEqual([0n, 1n])
    expect(await labels(client.readStream(links))).toEqual(['0:?', '1:?'])
  })

  test('$all is read from a position, inclusively forwards and exclusively backwards, in order', async () => {
    const { client } = bench()
    const { position: from } = await client.appendToStream(aStream(), event('first'))
    const { position: to } = await client.appendToStream(aStream(), event('second'))
    const read = (options: Parameters<typeof client.readAll>[0]) => labels(client.readAll(options))
    const [fromPosition, backwards] = [from, { direction: 'backwards' } as const]
    if (!fromPosition || !to) throw new Error('An append has a position.')
    expect(await read({ fromPosition })).toEqual(['0:first', '0:second'])
    expect(await read({ fromPosition, maxCount: 1 })).toEqual(['0:first'])
    expect(await read({ ...backwards, fromPosition: to, maxCount: 1 })).toEqual(['0:first'])
    const newest = { ...backwards, fromPosition: 'end', maxCount: 2 } as const
    expect(await read(newest)).toEqual(['0:second', '0:first'])
    const forwards = (await all(client.readAll())).map(({ event }) => event?.position?.commit ?? 0n)
    for (const [i, commit] of forwards.entries())
      expect(commit).toBeGreaterThan(forwards[i - 1] ?? 0n)
    const whole = await all(client.readAll({ ...backwards, fromPosition: 'end' }))
    expect(whole.map(({ event }) => event?.position?.commit).reverse()).toEqual(forwards)
  })

  describe('$all with a filter', () => {
    test.each(FILTERS)('by %s', async (_, filterOf, expected) => {
      const { client } = bench()
      const { name, first } = await writtenFor(client)
      const filter = filterOf(name)
      const read = client.readAll({ fromPosition: first, filter })
      expect(await labels(read)).toEqual(expected)
      const back = {
        direction: 'backwards',
        fromPosition: 'end',
        maxCount: expected.length,
      } as const
      expect(await labels(client.readAll({ ...back, filter }))).toEqual([...expected].reverse())
    })
  })
})
