// Metadata, truncation, soft deletes and tombstones, through the successor's client.
import { expect, test } from 'vitest'
import { aStream, failureOf, labels } from '../words.ts'
import { ADMIN, events, kurrent, overBoth } from './harness.ts'

overBoth(bench => {
  async function filled(): Promise<string> {
    const stream = aStream()
    await bench().client.appendToStream(stream, events('a', 'b', 'c'))
    return stream
  }
  const read = (stream: string) => labels(bench().client.readStream(stream))

  test('metadata comes back as it was given, with its revision; before, there is none', async () => {
    const { client } = bench()
    const stream = await filled()
    expect(await client.getStreamMetadata(stream)).toEqual({ streamName: stream })
    const metadata = {
      maxCount: 5,
      maxAge: 3600,
      truncateBefore: 1,
      cacheControl: 60,
      acl: { readRoles: ['$all'], writeRoles: ['$admins', 'w'], deleteRoles: ['d'] },
      own: { any: ['thing', 1] },
    }
    const { position } = await client.setStreamMetadata(stream, metadata)
    // What this client calls the metadata's revision is where it stands in the log.
    const metastreamRevision = position?.commit
    expect(await client.getStreamMetadata(stream)).toEqual({
      streamName: stream,
      metadata,
      metastreamRevision,
    })
  })

  test('metadata is written under the revision expected of it', async () => {
    const { client } = bench()
    const stream = await filled()
    // This client loses its own option for metadata, and heeds that of appends.
    const set = (streamState: 'no_stream' | bigint) => {
      const options = { streamState, requiresLeader: false }
      return client.setStreamMetadata(stream, { maxCount: 2 }, options)
    }
    expect(await set('no_stream')).toMatchObject({ nextExpectedRevision: 0n })
    expect(await set(0n)).toMatchObject({ nextExpectedRevision: 1n })
    const error = await failureOf(set(0n))
    expect(error).toBeInstanceOf(kurrent.WrongExpectedVersionError)
    expect(error).toMatchObject({ streamName: `$$${stream}`, actualState: 1n })
  })

  test.each([
    [{ maxCount: 2 }, ['1:b', '2:c']],
    [{ truncateBefore: 2 }, ['2:c']],
    [{ maxCount: 2, truncateBefore: 2 }, ['2:c']],
    [{ truncateBefore: 10 }, []],
    [{ maxAge: 3600 }, ['0:a', '1:b', '2:c']],
  ])('%o hides what is older', async (metadata, expected) => {
    const stream = await filled()
    await bench().client.setStreamMetadata(stream, metadata)
    expect(await read(stream)).toEqual(expected)
  })

  test('a deleted stream is not found, and goes on with its numbers when it is written again', async () => {
    const { client } = bench()
    const stream = await filled()
    const { position } = await client.deleteStream(stream, { expectedRevision: 2n })
    expect(position?.commit).toBeGreaterThan(0n)
    expect(await failureOf(read(stream))).toBeInstanceOf(kurrent.StreamNotFoundError)
    await client.appendToStream(stream, events('d'), { streamState: 'no_stream' })
    expect(await read(stream)).toEqual(['3:d'])
  })

  test.each(['deleteStream', 'tombstoneStream'] as const)(
    '%s compares the revision',
    async method => {
      const { client } = bench()
      const stream = await filled()
      for (const [expectedRevision, expectedState] of [
        [1n, 1n],
        [3n, 3n],
        ['no_stream', -1n],
      ] as const) {
        const error = await failureOf(client[method](stream, { expectedRevision }))
        expect(error).toBeInstanceOf(kurrent.WrongExpectedVersionError)
        expect(error).toMatchObject({ streamName: stream, expectedState, actualState: 2n })
      }
      const missing = await failureOf(client[method](aStream(), { expectedRevision: 0n }))
      expect(missing).toBeInstanceOf(kurrent.WrongExpectedVersionError)
      expect(await read(stream)).toEqual(['0:a', '1:b', '2:c'])
      await client[method](stream, { expectedRevision: 2n })
    },
  )

  test('a tombstone is for ever', async () => {
    const { client } = bench()
    const stream = await filled()
    await client.tombstoneStream(stream)
    for (const attempt of [
      () => read(stream),
      () => client.appendToStream(stream, events('d')),
      () => client.appendToStream(stream, events('d'), { credentials: ADMIN }),
      () => client.setStreamMetadata(stream, { maxCount: 1 }),
      () => client.getStreamMetadata(stream),
      () => client.deleteStream(stream),
      () => client.tombstoneStream(stream),
    ]) {
      const error = await failureOf(attempt())
      expect(error).toBeInstanceOf(kurrent.StreamDeletedError)
      expect(String(error.streamName).replace(/^\$\$/, '')).toBe(stream)
    }
  })
})
