// What each of the server's own projections writes because of an event, in which stream and with which metadata.
import { beforeAll, describe, expect, test } from 'vitest'
import { aStream, failureOf } from '../harness.ts'
import { settled } from '../projected-links.ts'
import { read, readAll } from './reads.ts'
import { useWire } from './situations.ts'
import type { Sent } from './writes.ts'

const bench = useWire({ startStandardProjections: true })
const category = aStream('c').replaceAll('-', '')
const A = `${category}-a`
const B = `${category}-b-x`
const sent = (letter: string, type: string, more: Record<string, unknown> = {}): Sent => ({
  id: `${letter}0000000-0000-4000-8000-000000000000`,
  fields: { type: `${type}${category}` },
  custom: JSON.stringify(more),
})

beforeAll(async () => {
  const { client, writes } = bench()
  await writes.append(A, [
    sent('a', 'one'),
    sent('b', 'two', { $correlationId: `k${category}`, own: 1 }),
  ])
  await writes.append(B, [sent('c', 'one', { $correlationId: `k${category}`, $causationId: 'x' })])
  await client.setStreamMetadata(A, { own: 1 })
  await writes.append(`nodash${category}`, [sent('d', 'two')])
  await writes.append(`links-${category}`, [
    { data: `0@${A}`, fields: { type: '$>', 'content-type': 'application/octet-stream' } },
  ])
  await settled(client)
})

/** Type and data of each event in a stream. */
async function emitted(stream: string) {
  const { answers } = await readAll(bench().writes, { stream, count: 100 })
  return answers.map(answer => {
    const event = answer.getEvent()?.getEvent()
    const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString()
    return {
      type: event?.getMetadataMap().get('type'),
      contentType: event?.getMetadataMap().get('content-type'),
      data: text(event?.getData_asU8()),
      metadata: JSON.parse(text(event?.getCustomMetadata_asU8())) as Record<string, unknown>,
    }
  })
}

describe('there are', () => {
  test.each([
    ['every event of the streams of a category', `$ce-${category}`, [`0@${A}`, `1@${A}`, `0@${B}`]],
    ['every event of a type', `$et-one${category}`, [`0@${A}`, `0@${B}`]],
    [
      'every event of a type, of streams without a category too',
      `$et-two${category}`,
      [`1@${A}`, `0@nodash${category}`],
    ],
    ['every event of a conversation', `$bc-k${category}`, [`1@${A}`, `0@${B}`]],
    // A link is linked as what it leads to.
    ['what links lead to, in the category of the links', '$ce-links', [`0@${A}`]],
  ])('links to %s', async (_, stream, links) => {
    const all = await emitted(stream)
    expect(all.map(({ data }) => data)).toEqual(links)
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['$>']))
    expect(new Set(all.map(({ contentType }) => contentType))).toEqual(
      new Set(['application/octet-stream']),
    )
  })

  test('names of the streams of a category', async () => {
    const all = await emitted(`$category-${category}`)
    expect(all.map(({ type, data }) => `${type} ${data}`)).toEqual([`$@ ${A}`, `$@ ${B}`])
  })

  test('links to the first event of every stream', async () => {
    const all = (await emitted('$streams')).map(({ data }) => data)
    const own = all.filter(data => data.includes(category) && !data.includes('@$$'))
    expect(own).toEqual([`0@${A}`, `0@${B}`, `0@nodash${category}`, `0@links-${category}`])
  })

  test.each([`$ce-nodash${category}`, `$ce-$$${category}`, '$et-$>', `$ce-$$${A}`])(
    'none in %s',
    async stream => {
      expect(await read(bench().writes, { stream, count: 1 })).toBe('not found')
    },
  )
})

describe('the metadata of a link', () => {
  /** Of the events of both streams, where they stand in the log. */
  const positions = async () => {
    const { answers } = await readAll(bench().writes, { stream: A, count: 2 })
    return answers.map(answer => Number(answer.getEvent()?.getCommitPosition()))
  }
  const version = expect.stringMatching(/^\d+:-?\d+:\d+:\d+$/)

  test('by category names the stream beside the event and its place', async () => {
    const [first, second] = await positions()
    const all = (await emitted(`$ce-${category}`)).map(({ metadata }) => metadata)
    expect(all[0]).toEqual({
      $v: version,
      $c: first,
      $p: first,
      $o: A,
      $causedBy: 'a0000000-0000-4000-8000-000000000000',
    })
    expect(all[1]).toMatchObject({ $c: second, $o: A, $correlationId: `k${category}` })
    expect(all[2]).toMatchObject({ $o: B, $correlationId: `k${category}` })
    expect(Object.keys(all[2] ?? {})).toEqual([
      '$v',
      '$c',
      '$p',
      '$o',
      '$causedBy',
      '$correlationId',
    ])
  })

  test('by type and of categories does not name the stream', async () => {
    for (const stream of [`$et-one${category}`, `$category-${category}`, '$streams']) {
      const [first] = await emitted(stream)
      expect(Object.keys(first?.metadata ?? {})).toEqual(['$v', '$c', '$p', '$causedBy'])
    }
  })

  test('by correlation has the time of the event', async () => {
    const [first] = await emitted(`$bc-k${category}`)
    expect(first?.metadata).toEqual({
      $v: version,
      $c: expect.any(Number),
      $p: expect.any(Number),
      $eventTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
      $causedBy: 'b0000000-0000-4000-8000-000000000000',
      $correlationId: `k${category}`,
    })
  })
})

test('a delete and a tombstone are linked as such', async () => {
  const { client, writes } = bench()
  const own = aStream('d').replaceAll('-', '')
  await writes.append(`${own}-1`, [{}])
  await writes.append(`${own}-2`, [{}])
  await client.deleteStream(`${own}-1`)
  await client.tombstoneStream(`${own}-2`)
  await settled(client)
  const all = await emitted(`$ce-${own}`)
  expect(all.slice(2).map(({ data }) => data)).toEqual([
    `0@$$${own}-1`,
    `9223372036854775807@${own}-2`,
  ])
  expect(all[2]?.metadata).toMatchObject({ $o: `${own}-1`, $deleted: -1 })
  const deleted = (await emitted('$et-$deleted')).map(({ data }) => data)
  expect(deleted).toContain(`9223372036854775807@${own}-2`)
})

test('of a projection that is not there, every method says so by a status alone', async () => {
  const { client } = bench()
  const calls = {
    status: client.getProjectionStatus('none'),
    state: client.getProjectionState('none'),
    result: client.getProjectionResult('none'),
    enable: client.enableProjection('none'),
    disable: client.disableProjection('none'),
    abort: client.abortProjection('none'),
    reset: client.resetProjection('none'),
    delete: client.deleteProjection('none'),
  }
  for (const [method, call] of Object.entries(calls)) {
    const { code, message } = await failureOf(call)
    expect([method, code, message]).toEqual([method, 5, "5 NOT_FOUND: Projection 'none' not found"])
  }
})
