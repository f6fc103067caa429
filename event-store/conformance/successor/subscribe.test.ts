// Catch-up subscriptions through the successor's client.
import { once } from 'node:events'
import type { Position, ResolvedEvent } from '@kurrent/kurrentdb-client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../group-consumer.ts'
import { aStream, failureOf } from '../words.ts'
import { FILTERS, writtenFor } from './filters.ts'
import { event, events, kurrent, overBoth } from './harness.ts'

const labelOf = ({ event }: ResolvedEvent) =>
  `${event?.revision}:${(event?.data as { label?: string } | undefined)?.label}`

/** The next so many events of a subscription, which then ends. */
async function next(subscription: AsyncIterable<ResolvedEvent>, count: number): Promise<string[]> {
  const seen: string[] = []
  for await (const resolved of subscription) {
    seen.push(labelOf(resolved))
    if (seen.length === count) break
  }
  return seen
}

overBoth(bench => {
  test('history, then live, told once that history has ended', async () => {
    const { client } = bench()
    const stream = aStream()
    await client.appendToStream(stream, events('a', 'b'))
    const subscription = client.subscribeToStream(stream)
    const confirmed = once(subscription, 'confirmation')
    let caughtUp = 0
    subscription.on('caughtUp', () => {
      caughtUp++
      void client.appendToStream(stream, event('c'))
    })
    expect(await next(subscription, 3)).toEqual(['0:a', '1:b', '2:c'])
    expect(caughtUp).toBe(1)
    await confirmed
    expect(subscription.id).toMatch(/^[\da-f-]{36}$/)
  })

  test.each<[bigint | 'start' | 'end', string]>([
    ['start', '0:a'],
    [0n, '1:b'],
    [1n, '2:c'],
    ['end', '3:d'],
    [2n, '3:d'],
  ])('of a stream of three, %s is what it follows', async (fromRevision, first) => {
    const { client } = bench()
    const stream = aStream()
    await client.appendToStream(stream, events('a', 'b', 'c'))
    const subscription = client.subscribeToStream(stream, { fromRevision })
    subscription.once('caughtUp', () => void client.appendToStream(stream, event('d')))
    expect(await next(subscription, 1)).toEqual([first])
  })

  test('a subscription to a missing stream waits for it', async () => {
    const { client } = bench()
    const stream = aStream()
    const subscription = client.subscribeToStream(stream)
    subscription.once('caughtUp', () => void client.appendToStream(stream, event('a')))
    expect(await next(subscription, 1)).toEqual(['0:a'])
  })

  test('no gap and no duplicate between history and live, with a writer at work', async () => {
    const { client } = bench()
    const stream = aStream()
    const batch = () => events(...Array.from({ length: 50 }, () => 'x'))
    await client.appendToStream(stream, batch())
    const writing = (async () => {
      for (let i = 1; i < 40; i++) await client.appendToStream(stream, batch())
    })()
    const seen = await next(client.subscribeToStream(stream), 2000)
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, i) => `${i}:x`))
    await writing
  })

  test('links are followed on demand', async () => {
    const { client } = bench()
    const [stream, links] = [aStream(), aStream('links')]
    await client.appendToStream(stream, events('a', 'b'))
    const data = Buffer.from(`1@${stream}`)
    await client.appendToStream(links, kurrent.binaryEvent({ type: '$>', data }))
    expect(await next(client.subscribeToStream(links, { resolveLinkTos: true }), 1)).toEqual([
      '1:b',
    ])
  })

  test('a tombstone is delivered, then ends the subscription', async () => {
    const { client } = bench()
    const stream = aStream()
    await client.appendToStream(stream, event('a'))
    const subscription = client.subscribeToStream(stream)
    subscription.once('caughtUp', () => void client.tombstoneStream(stream))
    const types: (string | undefined)[] = []
    const reading = (async () => {
      for await (const { event } of subscription) types.push(event?.type)
    })()
    expect(await failureOf(reading)).toBeInstanceOf(kurrent.StreamDeletedError)
    expect(types).toEqual(['tested', '$streamDeleted'])
  })

  test('who unsubscribes hears no more, and no error', async () => {
    const { client } = bench()
    const stream = aStream()
    const subscription = client.subscribeToStream(stream)
    await once(subscription, 'caughtUp')
    const seen: string[] = []
    subscription.on('data', resolved => seen.push(labelOf(resolved)))
    await subscription.unsubscribe()
    await client.appendToStream(stream, event('late'))
    expect(await next(client.subscribeToStream(stream), 1)).toEqual(['0:late'])
    expect(seen).toEqual([])
  })

  describe('to $all', () => {
    test('from the end, it begins with what comes', async () => {
      const { client } = bench()
      const stream = aStream()
      await client.appendToStream(stream, event('before'))
      const subscription = client.subscribeToAll({ fromPosition: 'end' })
      subscription.once('caughtUp', () => void client.appendToStream(stream, event('after')))
      expect(await next(subscription, 1)).toEqual(['1:after'])
    })

    test.each(FILTERS)('a filter by %s, over history and live', async (_, filterOf, expected) => {
      const { client } = bench()
      const { name, before } = await writtenFor(client)
      const filter = filterOf(name)
      const subscription = client.subscribeToAll({ fromPosition: before, filter })
      const seen: string[] = []
      subscription.on('data', resolved => seen.push(labelOf(resolved)))
      await once(subscription, 'caughtUp')
      await eventually(() => seen).toEqual(expected)
      await subscription.unsubscribe()
      const live = client.subscribeToAll({ fromPosition: 'end', filter })
      live.once('caughtUp', () => void writtenAgain(name))
      expect(await next(live, expected.length)).toEqual(
        expected.map(each => each.replace('0:', '1:')),
      )

      async function writtenAgain(name: string): Promise<void> {
        for (const [part, type] of [
          ['a', 'made'],
          ['b', 'changed'],
        ]) {
          const again = { type: `${type}-${name}`, data: { label: part } }
          await client.appendToStream(`${name}-${part}`, kurrent.jsonEvent(again))
        }
      }
    })

    test('checkpoints tell how far a filter has looked, and are places to go on from', async () => {
      const { client } = bench()
      const stream = aStream('wanted')
      const { position } = await client.appendToStream(stream, event('first'))
      const checkpoints: Position[] = []
      const filterOf = (checkpointReached: (_: unknown, reached: Position) => void) =>
        kurrent.streamNameFilter({
          prefixes: [stream],
          maxSearchWindow: 10,
          checkpointInterval: 1,
          checkpointReached,
        })
      const subscription = client.subscribeToAll({
        fromPosition: position as Position,
        filter: filterOf((_, reached) => {
          checkpoints.push(reached)
        }),
      })
      await once(subscription, 'caughtUp')
      const many = Array.from({ length: 25 }, () => 'noise')
      const noise = await client.appendToStream(aStream('noise'), events(...many))
      await client.appendToStream(stream, event('second'))
      expect(await next(subscription, 1)).toEqual(['1:second'])
      expect(checkpoints).toHaveLength(2)
      const [one, two] = checkpoints.map(({ commit }) => commit) as [bigint, bigint]
      expect(one).toBeGreaterThan(position?.commit ?? 0n)
      expect(two).toBeGreaterThan(one)
      expect(two).toBeLessThanOrEqual(noise.position?.commit ?? 0n)
      const fromPosition = checkpoints[1] as Position
      const later = client.subscribeToAll({ fromPosition, filter: filterOf(() => {}) })
      expect(await next(later, 1)).toEqual(['1:second'])
    })
  })
})
