// What a group sends next: each event once, in order, whether it was read or came live.
import { expect, test } from 'vitest'
import { encodeRecord, revisionOf } from '../protocol/recorded-event.ts'
import { Backlog, type Offered } from './backlog.ts'
import type { Entry } from './entry.ts'
import { Ledger } from './ledger.ts'
import type { GroupSettings } from './settings.ts'
import type { Source } from './source.ts'

const settings: GroupSettings = {
  resolveLinks: false,
  extraStatistics: false,
  messageTimeoutMs: 30_000,
  maxRetryCount: 10,
  checkpointAfterMs: 2000,
  minCheckpointCount: 10,
  maxCheckpointCount: 1000,
  maxSubscriberCount: 0,
  liveBufferSize: 500,
  readBatchSize: 20,
  historyBufferSize: 40,
  strategy: 'RoundRobin',
}

/** A stream that is an array of records. */
class FakeStream {
  readonly records: Buffer[] = []
  readonly backlog: Backlog

  constructor() {
    const source: Source = {
      read: (from, limit) => {
        const records = this.records.slice(from, from + limit)
        const next = from + records.length
        return { records, next, atEnd: next === this.records.length }
      },
      placeOf: revisionOf,
      concerns: () => true,
      follow: () => () => {},
      end: () => this.records.length,
      count: from => Math.max(this.records.length - from, 0),
      textOf: String,
      placeIn: Number,
    }
    this.backlog = new Backlog(source, settings, new Ledger(undefined), 0)
  }

  /** Writes an event: it can be read from now on. */
  write() {
    const revision = this.records.length
    const record = encodeRecord(
      {
        id: Buffer.from('0a0b0c0d-0000-4000-8000-000000000001'),
        type: Buffer.from('t'),
        isJson: true,
        data: Buffer.from('{}'),
        customMetadata: Buffer.alloc(0),
      },
      {
        streamNumber: 1,
        streamName: Buffer.from('s'),
        revision,
        position: revision + 1,
        created: 0,
      },
    )
    this.records.push(record)
    return { stream: 's', revision, position: revision + 1, record }
  }

  /** Offers what waits to somebody who takes so many. */
  take(room: number): number[] {
    const taken: number[] = []
    this.backlog.offer((entry: Entry): Offered => {
      if (taken.length === room) return 'full'
      taken.push(entry.place)
      return 'taken'
    })
    return taken
  }
}

test('an event that was read before it was told of is not sent twice', () => {
  const stream = new FakeStream()
  stream.write()
  const written = stream.write()
  expect(stream.backlog.readOn()).toBe('at-end')
  expect(stream.backlog.addLive(written)).toBe(false)
  const next = stream.write()
  expect(stream.backlog.addLive(next)).toBe(true)
  expect(stream.take(10)).toEqual([0, 1, 2])
})

test('an event that is told of before the group has read so far waits in the store', () => {
  const stream = new FakeStream()
  for (let i = 0; i < 30; i++) stream.write()
  expect(stream.backlog.readOn()).toBe('more')
  expect(stream.backlog.addLive(stream.write())).toBe(false)
  expect(stream.backlog.readOn()).toBe('at-end')
  expect(stream.take(100)).toEqual(Array.from({ length: 31 }, (_, i) => i))
})

test('a full buffer lets live events wait in the store, and none is missed when there is room', () => {
  const stream = new FakeStream()
  expect(stream.backlog.readOn()).toBe('at-end')
  for (let i = 0; i < 100; i++) stream.backlog.addLive(stream.write())
  expect(stream.backlog.readOn()).toBe('full')
  const taken = stream.take(30)
  while (stream.backlog.readOn() === 'more') taken.push(...stream.take(50))
  taken.push(...stream.take(100))
  expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => i))
})

test('what is skipped keeps its place, and what comes after it goes on', () => {
  const stream = new FakeStream()
  for (let i = 0; i < 6; i++) stream.write()
  stream.backlog.readOn()
  const odd: number[] = []
  const isGoing = stream.backlog.offer(({ place }) => {
    if (place % 2 === 0) return 'skipped'
    odd.push(place)
    return 'taken'
  })
  expect([isGoing, odd]).toEqual([true, [1, 3, 5]])
  expect(stream.take(2)).toEqual([0, 2])
  expect(stream.take(2)).toEqual([4])
})

test('what can not be read stays, and what was sent before it does not come again', () => {
  const stream = new FakeStream()
  for (let i = 0; i < 4; i++) stream.write()
  stream.backlog.readOn()
  const offer = () =>
    stream.backlog.offer(({ place }) => {
      if (place === 2) throw new Error('damaged')
      return 'taken'
    })
  expect(offer).toThrow('damaged')
  expect(stream.take(10)).toEqual([2, 3])
})
