// Reads of streams and of $all, through the official client.
import { binaryEvent, END, type Position } from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { aStream, event, events, failureOf, labels, useServer } from './harness.ts'

const bench = useServer()
const filled = async (length = 5) => {
  const stream = aStream()
  await bench().client.appendToStream(
    stream,
    events(...Array.from({ length }, (_, i) => String.fromCharCode(97 + i))),
  )
  return stream
}

test('forwards begins with the revision given and stops at the count', async () => {
  const stream = await filled()
  const read = bench().client.readStream(stream, { fromRevision: 1n, maxCount: 2 })
  expect(await labels(read)).toEqual(['1:b', '2:c'])
})

test('backwards begins with the last event, or the revision given', async () => {
  const stream = await filled()
  const from = (fromRevision: typeof END | bigint) =>
    labels(bench().client.readStream(stream, { direction: 'backwards', fromRevision, maxCount: 2 }))
  expect(await from(END)).toEqual(['4:e', '3:d'])
  expect(await from(1n)).toEqual(['1:b', '0:a'])
  expect(await from(100n)).toEqual(['4:e', '3:d'])
})

test('beyond the end there is nothing', async () => {
  const read = bench().client.readStream(await filled(), { fromRevision: 5n })
  expect(await labels(read)).toEqual([])
})

test('a missing stream is not found', async () => {
  const error = await failureOf(labels(bench().client.readStream(aStream())))
  expect(error.constructor.name).toBe('StreamNotFoundError')
})

test('a long stream comes whole and in order, both ways', async () => {
  const stream = aStream()
  for (let i = 0; i < 3; i++) {
    await bench().client.appendToStream(stream, events(...Array.from({ length: 500 }, () => 'x')))
  }
  const forwards = await labels(bench().client.readStream(stream))
  expect(forwards).toEqual(Array.from({ length: 1500 }, (_, i) => `${i}:x`))
  const backwards = bench().client.readStream(stream, { direction: 'backwards', fromRevision: END })
  expect(await labels(backwards)).toEqual(forwards.reverse())
})

test('bytes, metadata and content type come back as they were written', async () => {
  const stream = aStream()
  const data = Uint8Array.from([0, 255, 1, 254])
  await bench().client.appendToStream(
    stream,
    binaryEvent({ type: 'ünï 어학', data, metadata: Uint8Array.from([9]) }),
  )
  for await (const { event } of bench().client.readStream(stream)) {
    expect(event?.type).toBe('ünï 어학')
    expect(event?.isJson).toBe(false)
    expect(Array.from(event?.data as Uint8Array)).toEqual([...data])
    expect(Array.from(event?.metadata as Uint8Array)).toEqual([9])
    expect(Math.abs((event?.created.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
  }
})

test('$all is read from a position inclusively forwards, exclusively backwards', async () => {
  const { client } = bench()
  const first = await client.appendToStream(aStream(), event('first'))
  const second = await client.appendToStream(aStream(), event('second'))
  const [from, to] = [first.position as Position, second.position as Position]
  expect(await labels(client.readAll({ fromPosition: from }))).toEqual(['0:first', '0:second'])
  const backwards = client.readAll({ direction: 'backwards', fromPosition: to, maxCount: 1 })
  expect(await labels(backwards)).toEqual(['0:first'])
  const newest = client.readAll({ direction: 'backwards', fromPosition: END, maxCount: 2 })
  expect(await labels(newest)).toEqual(['0:second', '0:first'])
})

test('the log is strictly ordered, and a fresh one is not empty', async () => {
  let last = 0n
  let count = 0
  for await (const { event } of bench().client.readAll()) {
    const position = event?.position?.commit as bigint
    expect(position).toBeGreaterThan(last)
    last = position
    count++
  }
  expect(count).toBeGreaterThan(0)
})

test('links are followed on demand; those that lead nowhere come without an event', async () => {
  const stream = await filled(2)
  const links = aStream('links')
  const link = (to: string) => binaryEvent({ type: '$>', data: Buffer.from(to) })
  await bench().client.appendToStream(links, [link(`1@${stream}`), link(`7@${stream}`)])
  const resolved = bench().client.readStream(links, { resolveLinkTos: true })
  expect(await labels(resolved)).toEqual(['1:b', 'nothing'])
  expect(await labels(bench().client.readStream(links))).toEqual(['0:?', '1:?'])
})
