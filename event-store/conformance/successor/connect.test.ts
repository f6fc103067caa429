// How the successor's client finds the server and signs in to it, and what it is told is not there.
import { expect, test } from 'vitest'
import { aStream, failureOf, labels } from '../words.ts'
import { ADMIN, all, type Client, event, events, kurrent, overBoth, overTls } from './harness.ts'

/** The gRPC status. */
const UNAVAILABLE = 14

/** Writes by both ways of appending, reads and follows, over a client of its own. */
async function roundTrip(client: Client): Promise<string[]> {
  const stream = aStream()
  await client.appendToStream(stream, event('a'))
  await client.appendToStream(stream, event('b'), { credentials: ADMIN })
  const followed = []
  for await (const { event } of client.subscribeToStream(stream)) {
    if (followed.push(event?.revision) === 2) break
  }
  expect(followed).toEqual([0n, 1n])
  return await labels(client.readStream(stream))
}

overBoth(bench => {
  // Each of these clients takes half a second before it reads for the first time.
  test.concurrent.each([
    'kurrentdb',
    'kurrentdb+discover',
    'kurrent',
    'kurrent+discover',
    'kdb',
    'kdb+discover',
    'esdb',
    'esdb+discover',
  ])('%s:// leads to it', async scheme => {
    const client = bench().connect(own => own.replace('kurrentdb', scheme))
    expect(await roundTrip(client)).toEqual(['0:a', '1:b'])
  })

  test.concurrent.each(['leader', 'follower', 'random', 'readOnlyReplica'])(
    'whoever looks for a node that is %s finds the only one',
    async preference => {
      const client = bench().connect(
        own => `${own.replace('://', '+discover://')}&nodePreference=${preference}`,
      )
      expect(await roundTrip(client)).toEqual(['0:a', '1:b'])
    },
  )

  test('what only later servers write is refused before anything is sent, and nothing is written', async () => {
    const { client } = bench()
    const streams = [aStream(), aStream()]
    const before = await all(client.readAll())
    const requests = streams.map(streamName => ({
      streamName,
      events: events('a'),
      expectedState: 'any' as const,
    }))
    const records = streams.map(streamName => ({ streamName, record: event('a') }))
    const check = {
      type: kurrent.STREAM_STATE,
      streamName: 'x',
      expectedState: 'no_stream',
    } as const
    for (const [attempt, feature, minimumVersion] of [
      [() => client.multiStreamAppend(requests), 'multiStreamAppend', '25.1'],
      [() => client.appendRecords(records), 'appendRecords', '26.1'],
      [() => client.appendRecords(records, [check]), 'appendRecords', '26.1'],
    ] as const) {
      const error = await failureOf(attempt())
      expect(error).toBeInstanceOf(kurrent.UnsupportedError)
      expect(error).toMatchObject({ feature, minimumVersion })
    }
    expect(await all(client.readAll())).toHaveLength(before.length)
  })
})

overTls(bench => {
  test('credentials come from the call, a provider or the connection string, in this order', async () => {
    const client = bench().connect(own => own.replace(ADMIN.password, 'wrong'))
    const stream = aStream()
    await client.appendToStream(stream, event('a'), { credentials: ADMIN })
    expect(await labels(client.readStream(stream, { credentials: ADMIN }))).toEqual(['0:a'])
    let asked = 0
    client.setCredentialsProvider(async () => {
      asked++
      return ADMIN
    })
    expect(await roundTrip(client)).toEqual(['0:a', '1:b'])
    expect(asked).toBeGreaterThan(0)
    const credentials = { ...ADMIN, password: 'wrong' }
    const refused = await failureOf(client.appendToStream(stream, event('b'), { credentials }))
    expect(refused).toBeInstanceOf(kurrent.AccessDeniedError)
  })

  test('who will not verify the certificate is let in all the same', async () => {
    const client = bench().connect(own => own.replace(/tlsCAFile=[^&]*/, 'tlsVerifyCert=false'))
    expect(await roundTrip(client)).toEqual(['0:a', '1:b'])
  })

  test('who does not trust the certificate does not get through', async () => {
    const client = bench().connect(own => own.replace(/&?tlsCAFile=[^&]*/, ''))
    const { code, message } = await failureOf(client.appendToStream(aStream(), event('a')))
    expect(code).toBe(UNAVAILABLE)
    expect(message).toContain('self-signed certificate')
    const error = await failureOf(all(client.readStream(aStream())))
    expect(error).toBeInstanceOf(kurrent.UnavailableError)
  })

  const wrong = (own: string) => own.replace(ADMIN.password, 'wrong')
  const nobody = (own: string) => own.replace(/\/\/.*@/, '//')
  test.each<[string, (own: string) => string, object]>([
    ['a wrong password', wrong, {}],
    ['no credentials', nobody, {}],
    ['a wrong password of a call', own => own, { credentials: { ...ADMIN, password: 'wrong' } }],
    ['a bearer token', own => own, { credentials: { bearerToken: 'abc' } }],
  ])('%s is refused everywhere', async (_, change, login) => {
    const client = bench().connect(change)
    const stream = aStream()
    const setting = kurrent.persistentSubscriptionToStreamSettingsFromDefaults()
    for (const attempt of [
      () => client.appendToStream(stream, event('a'), login),
      () => all(client.readStream(stream, login)),
      () => all(client.readAll(login)),
      () => all(client.subscribeToStream(stream, login)),
      () => client.deleteStream(stream, login),
      () => client.createPersistentSubscriptionToStream(stream, 'g', setting, login),
      () => client.listAllPersistentSubscriptions(login),
      () => client.listProjections(login),
    ]) {
      const error = await failureOf(attempt())
      expect(error, String(attempt)).toBeInstanceOf(kurrent.AccessDeniedError)
    }
    const unwritten = await failureOf(all(bench().client.readStream(stream)))
    expect(unwritten).toBeInstanceOf(kurrent.StreamNotFoundError)
  })
})
