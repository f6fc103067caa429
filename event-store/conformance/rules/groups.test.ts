// Commands on groups: where they begin, as it is told again, and every refusal with its trailers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { Groups, type GroupWanted } from './groups.ts'
import { streamThatIs, useWire } from './situations.ts'
import { type Ended, WELL } from './wire.ts'

const bench = useWire()
let groups: Groups
beforeAll(() => {
  groups = new Groups(bench().server.port)
})
afterAll(() => groups.close())

const END = '18446744073709551615'

describe('a group begins', () => {
  test.each<[GroupWanted, string]>([
    [{ from: 'start' }, '0'],
    [{ from: 'end' }, '-1'],
    [{ from: '12' }, '12'],
    [{ from: '0', deprecated: true }, '0'],
    [{ from: '12', deprecated: true }, '12'],
    [{ from: END, deprecated: true }, '-1'],
  ])('on a stream as %o says, told as %s', async (wanted, startFrom) => {
    const stream = aStream()
    expect(await groups.create({ stream, ...wanted })).toEqual(WELL)
    expect((await groups.info({ stream })).getStartFrom()).toBe(startFrom)
    await groups.update({ stream, from: '7' })
    expect((await groups.info({ stream })).getStartFrom()).toBe('7')
    await groups.update({ stream, ...wanted })
    expect((await groups.info({ stream })).getStartFrom()).toBe(startFrom)
  })

  test.each([
    ['start', 'C:0/P:0'],
    ['end', 'C:-1/P:-1'],
    ['1', 'C:1/P:1'],
    ['1/0', 'C:1/P:0'],
  ])('on the whole log from %s, told as %s', async (from, startFrom) => {
    const group = aStream('g')
    expect(await groups.create({ group, from })).toEqual(WELL)
    expect((await groups.info({ group })).getStartFrom()).toBe(startFrom)
  })

  test('nowhere beyond the end of the log', async () => {
    const group = aStream('g')
    const ended = await groups.create({ group, from: '1000000000000' })
    expect([ended.code, ended.trailers.exception]).toEqual([13, 'persistent-subscription-failed'])
    expect(ended.trailers).toMatchObject({ 'stream-name': '$all', 'group-name': group })
    expect(ended.trailers.reason).toMatch(/^Invalid Start From position/)
  })

  test('with each revision inclusively, with the end after all there was', async () => {
    const { writes } = bench()
    const stream = aStream()
    await writes.append(stream, [{}, {}, {}])
    await groups.create({ stream, group: 'second', from: '1' })
    await groups.create({ stream, group: 'end', from: 'end' })
    const [second, end] = ['second', 'end'].map(group => groups.consume({ stream, group }))
    expect(await second?.told(3)).toBe(`confirmed ${stream}::second, 1×0, 2×0`)
    await writes.append(stream, [{}])
    expect(await end?.told(2)).toBe(`confirmed ${stream}::end, 3×0`)
    for (const consumer of [second, end]) consumer?.cancel()
  })
})

describe('refused is', () => {
  const names = (stream: string, group = 'g') => ({ 'stream-name': stream, 'group-name': group })
  const missing = (stream: string, group = 'g'): Ended => ({
    code: 5,
    words: `Subscription group ${group} on stream ${stream} does not exist.`,
    trailers: { exception: 'persistent-subscription-does-not-exist', ...names(stream, group) },
  })

  test('whatever is asked of a group that is not there', async () => {
    const group = aStream('g')
    for (const wanted of [{ stream: aStream() }, { group }]) {
      const { stream = '$all' } = wanted as GroupWanted
      const wants = missing(stream, 'group' in wanted ? group : 'g')
      expect(await groups.update(wanted)).toEqual(wants)
      expect(await groups.delete(wanted)).toEqual(wants)
      expect(await groups.replay(wanted)).toEqual(wants)
      expect(await groups.consume(wanted).ended).toEqual(wants)
      await expect(groups.info(wanted)).rejects.toThrow(wants.words)
    }
  })

  test('a group that is there already', async () => {
    const stream = aStream()
    await groups.create({ stream })
    expect(await groups.create({ stream })).toEqual({
      code: 6,
      words: `Subscription group g on stream ${stream} exists.`,
      trailers: { exception: 'persistent-subscription-exists', ...names(stream) },
    })
    expect(await groups.create({ stream, group: 'h' })).toEqual(WELL)
  })

  test('a consumer more than allowed', async () => {
    const stream = aStream()
    await groups.create({ stream, settings: { MaxSubscriberCount: 1 } })
    const first = groups.consume({ stream })
    await first.next(1)
    expect(await groups.consume({ stream }).ended).toEqual({
      code: 9,
      words: `Maximum subscriptions reached for subscription group g on stream ${stream}.`,
      trailers: { exception: 'maximum-subscribers-reached', ...names(stream) },
    })
    first.cancel()
  })

  test.each(['update', 'delete'] as const)('to go on with a consumer after %s', async command => {
    const stream = aStream()
    await groups.create({ stream })
    const consumer = groups.consume({ stream })
    await consumer.next(1)
    await groups[command]({ stream })
    expect(await consumer.ended).toEqual({
      code: 1,
      words: `Subscription group g on stream ${stream} was dropped.`,
      trailers: { exception: 'persistent-subscription-dropped', ...names(stream) },
    })
  })

  test('what makes no sense', async () => {
    const stream = aStream()
    expect((await groups.create({ stream, settings: null })).code).toBe(3)
    expect((await groups.create({ stream: '$all' })).code).toBe(3)
    await expect(groups.info({ stream })).rejects.toThrow('does not exist')
  })

  test('to read a group without a name, which can be made and deleted', async () => {
    const wanted = { stream: aStream(), group: '' }
    expect(await groups.create(wanted)).toEqual(WELL)
    expect((await groups.consume(wanted).ended).code).toBe(3)
    expect(await groups.delete(wanted)).toEqual(WELL)
  })

  test('not: a stream that is deleted or has ended; whose consumer is dropped at once', async () => {
    const { client } = bench()
    const deleted = await streamThatIs(client, 'deleted')
    expect(await groups.create({ stream: deleted })).toEqual(WELL)
    const consumer = groups.consume({ stream: deleted })
    await bench().writes.append(deleted, [{}])
    expect(await consumer.told(2)).toBe(`confirmed ${deleted}::g, 3×0`)
    consumer.cancel()
    const ended = await streamThatIs(client, 'tombstoned')
    expect(await groups.create({ stream: ended })).toEqual(WELL)
    const other = groups.consume({ stream: ended })
    expect(await other.told(1)).toBe(`confirmed ${ended}::g`)
    expect((await other.ended).trailers.exception).toBe('persistent-subscription-dropped')
  })
})
