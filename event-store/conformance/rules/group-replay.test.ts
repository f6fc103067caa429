// What becomes of parked events when they are replayed: by which link they come, and by which id they are answered.
import { describe, expect, test } from 'vitest'
import { eventually } from '../group-consumer.ts'
import { parkedStream, useGroups } from './group-bench.ts'
import { readAll } from './reads.ts'

const bench = useGroups()

describe('what was parked and is replayed', () => {
  /** A group whose first event was parked and is given again. */
  async function replayed() {
    const stream = await bench.groupOf(2)
    const consumer = await bench.join(stream)
    const [first, second] = await consumer.next(2)
    consumer.nack('park', first?.id as string)
    await eventually(async () => (await bench.counts(stream)).parked).toBe('1')
    await bench.groups.replay({ stream })
    const [again] = await consumer.next(1)
    return { stream, consumer, first, second, again }
  }

  test('comes by a link in the parked stream, from the first try, and is answered by the id of that', async () => {
    const { stream, consumer, first, second, again } = await replayed()
    expect(again?.words).toBe('0 by 0×0')
    expect(again?.id).toBe(first?.id)
    // Its own id means what was parked, which is no longer in flight.
    consumer.nack('retry', first?.id as string)
    consumer.ack(second?.id as string)
    await eventually(() => bench.counts(stream)).toMatchObject({ inFlight: 1, retrying: 0 })
    consumer.ack(again?.ownId as string)
    await eventually(() => bench.counts(stream)).toMatchObject({ inFlight: 0, outstanding: 0 })
  })

  test('is hidden in the parked stream, which is for administrators alone', async () => {
    const { stream } = await replayed()
    expect(await bench.parkedOf(stream)).toEqual([])
    const metastream = `$$${parkedStream(stream)}`
    const { answers } = await readAll(bench.writes, { stream: metastream, count: 1 })
    const data = Buffer.from(answers[0]?.getEvent()?.getEvent()?.getData_asU8() ?? []).toString()
    const $admins = '$admins'
    expect(JSON.parse(data)).toEqual({
      $tb: 1,
      $acl: { $r: $admins, $w: $admins, $d: $admins, $mr: $admins, $mw: $admins },
    })
  })

  test('comes without the event where that has been hidden since', async () => {
    const stream = await bench.groupOf(1)
    const consumer = await bench.join(stream)
    const [first] = await consumer.next(1)
    consumer.nack('park', first?.id as string)
    await eventually(async () => (await bench.counts(stream)).parked).toBe('1')
    await bench.client.setStreamMetadata(stream, { truncateBefore: 1 })
    await bench.groups.replay({ stream })
    expect(await consumer.told(1)).toBe('nothing by 0×0')
  })
})
