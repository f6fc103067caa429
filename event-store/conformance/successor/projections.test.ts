// The server's own projections through the successor's client.
import { expect, test } from 'vitest'
import { eventually } from '../group-consumer.ts'
import { aStream, failureOf } from '../words.ts'
import { all, event, events, kurrent, overBoth } from './harness.ts'

/** The gRPC status. */
const UNIMPLEMENTED = 12
const OWN = [
  '$by_category',
  '$by_correlation_id',
  '$by_event_type',
  '$stream_by_category',
  '$streams',
]

overBoth(bench => {
  const statusOf = async (name: string) => (await bench().client.getProjectionStatus(name)).status

  test('there are the five, stopped', async () => {
    const list = await bench().client.listProjections()
    expect(list.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(
      OWN.map(name => `${name} Stopped`),
    )
  })

  test.each(OWN)('%s is enabled, disabled, aborted and reset', async name => {
    const { client } = bench()
    for (const [change, status] of [
      ['enableProjection', 'Running'],
      ['disableProjection', 'Stopped'],
      ['enableProjection', 'Running'],
      ['abortProjection', 'Aborted/Stopped'],
      ['enableProjection', 'Running'],
      ['resetProjection', 'Running'],
      ['disableProjection', 'Stopped'],
    ] as const) {
      await client[change](name)
      expect([change, await statusOf(name)]).toEqual([change, status])
    }
  })

  test('what is enabled links history and what comes; disabled, nothing more', async () => {
    const { client } = bench()
    const category = aStream('c').replaceAll('-', '')
    const links = async () => {
      const read = client.readStream(`$ce-${category}`, { resolveLinkTos: true })
      const found = await all(read).catch(() => [])
      return found.map(
        ({ event, link }) => `${link?.revision}: ${event?.revision}@${event?.streamId}`,
      )
    }
    await client.appendToStream(`${category}-1`, events('a', 'b'))
    await client.enableProjection('$by_category')
    await eventually(links).toEqual([`0: 0@${category}-1`, `1: 1@${category}-1`])
    await client.appendToStream(`${category}-2`, event('c'))
    await eventually(links).toHaveLength(3)
    await client.disableProjection('$by_category')
    await client.appendToStream(`${category}-3`, event('d'))
    await client.enableProjection('$stream_by_category')
    // Another that has come so far shows that this one would have, too.
    const witness = async () => (await all(client.readStream(`$category-${category}`))).length
    await eventually(() => witness().catch(() => 0)).toBe(3)
    expect(await links()).toHaveLength(3)
    await client.enableProjection('$by_category')
    await eventually(links).toHaveLength(4)
    for (const name of ['$by_category', '$stream_by_category']) await client.disableProjection(name)
  })

  test('a restart of the subsystem leaves them as they were', async () => {
    const { client } = bench()
    await client.enableProjection('$streams')
    await client.restartSubsystem()
    await eventually(() => statusOf('$streams')).toBe('Running')
    expect(await statusOf('$by_event_type')).toBe('Stopped')
    await client.disableProjection('$streams')
  })

  test('one that is not there is not found', async () => {
    const { client } = bench()
    for (const attempt of [
      () => client.getProjectionStatus('none'),
      () => client.enableProjection('none'),
      () => client.disableProjection('none'),
      () => client.resetProjection('none'),
    ]) {
      const error = await failureOf(attempt())
      expect(error).toBeInstanceOf(kurrent.NotFoundError)
      expect(error.message).toContain("Projection 'none' not found")
    }
  })

  test.each([undefined, 'v1', 'v2'] as const)(
    'one of our own in JavaScript is refused in words (engine %s)',
    async engineVersion => {
      const options = engineVersion ? { engineVersion } : {}
      const error = await failureOf(bench().client.createProjection('own', 'fromAll()', options))
      expect(error).toMatchObject({ code: UNIMPLEMENTED })
      expect(error.message).toContain('in JavaScript are not offered')
      expect(await bench().client.listProjections()).toHaveLength(OWN.length)
    },
  )
})
