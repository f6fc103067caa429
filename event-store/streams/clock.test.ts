// A clock that was wrong for a while: events carry its time, their order is by position, and once it is right all is right again.
import { expect, test } from 'vitest'
import { testSize } from '../conformance/test-size.ts'
import { createdOf, fieldsOf, positionOf, streamNameOf } from '../protocol/recorded-event.ts'
import { removeUnreadable } from '../scavenge/scavenge.ts'
import { useLogs } from '../storage/test-log.ts'
import { Store } from '../store.ts'
import { ownEvent } from './append.ts'

const logs = useLogs()
const START = Date.UTC(2026, 5, 1)
const DAY = 86_400_000
const YEAR = 365 * DAY
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const RUNS = testSize(4, 200)

/** A store with a clock that is set by hand. */
class Clocked {
  at = START
  store: Store
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    this.store = this.#open()
  }

  #open(): Store {
    return new Store(logs.open(this.#folder, { now: () => this.at, runEvents: 16 }))
  }

  /** As after a kill, or after a clean stop. */
  async restart(how: 'kill' | 'stop'): Promise<void> {
    if (how === 'stop') {
      await logs.close(this.store.log)
      this.store = this.#open()
      return
    }
    const other = `${this.#folder}-killed-${Math.random()}`
    logs.kill(this.#folder, other)
    const now = () => this.at
    this.store = new Store(logs.open(other, { now, runEvents: 16 }))
  }

  append(stream: string, text: string): void {
    this.store.writeNow(writer =>
      writer.append(stream, 'any', [ownEvent(Buffer.from('t'), Buffer.from(text))]),
    )
  }

  /** What a reader of a stream is shown. */
  shown(stream: string): string[] {
    const found = this.store.streams.visible(stream)
    if (found.kind !== 'stream') return []
    const range = { from: Math.max(found.first, 0), to: found.head, limit: 1000 }
    const records = this.store.log.readStream(found.number, range)
    return records
      .filter(record => createdOf(record) >= found.oldest)
      .map(record => fieldsOf(record).data.toString())
  }

  /** When the events of a stream were written, in days from the start, in the order of the log. */
  dates(stream: string): number[] {
    const dates: number[] = []
    let last = 0
    this.store.log.scanAll(
      { from: 0, backwards: false, limit: Number.POSITIVE_INFINITY },
      record => {
        expect(positionOf(record)).toBeGreaterThan(last)
        last = positionOf(record)
        if (streamNameOf(record).toString() === stream)
          dates.push((createdOf(record) - START) / DAY)
      },
    )
    return dates
  }
}

const maxAge = (seconds: number) => `{"$maxAge":${seconds}}`

test.each(['stop', 'kill', 'no restart'] as const)(
  'a clock that was a year ahead is forgotten once it is right: %s',
  async how => {
    const site = new Clocked('store')
    site.append('$$aged', maxAge((30 * DAY) / 1000))
    site.append('aged', 'before')
    site.at = START + YEAR
    site.append('other', 'ahead')
    site.at = START + DAY
    if (how !== 'no restart') await site.restart(how)
    site.append('other', 'after')
    site.append('aged', 'after')
    expect(site.dates('other')).toEqual([365, 1])
    expect(site.dates('aged')).toEqual([0, 1])
    expect(site.shown('aged')).toEqual(['before', 'after'])
    await removeUnreadable(site.store, new AbortController().signal)
    expect(site.shown('aged')).toEqual(['before', 'after'])
    // And what has grown old is hidden, and scavenged, though the log holds something of a later date.
    site.at = START + 40 * DAY
    site.append('aged', 'young')
    expect(site.shown('aged')).toEqual(['young'])
    await removeUnreadable(site.store, new AbortController().signal)
    expect(site.dates('aged')).toEqual([40])
  },
)

test('in one stream, an event is hidden by its own age, whatever stands before or behind it', async () => {
  const site = new Clocked('store')
  site.append('$$s', maxAge((10 * DAY) / 1000))
  for (const [day, text] of [
    [0, 'a'],
    [365, 'ahead'],
    [1, 'b'],
    [-400, 'behind'],
    [2, 'c'],
  ] as const) {
    site.at = START + day * DAY
    site.append('s', text)
  }
  expect(site.shown('s')).toEqual(['a', 'ahead', 'b', 'c'])
  site.at = START + 11.5 * DAY
  expect(site.shown('s')).toEqual(['ahead', 'c'])
  await removeUnreadable(site.store, new AbortController().signal)
  expect(site.shown('s')).toEqual(['ahead', 'c'])
  await site.restart('kill')
  expect(site.shown('s')).toEqual(['ahead', 'c'])
})

test('a clock that is put back by a moment makes no event older than the one before', () => {
  const site = new Clocked('store')
  site.append('s', 'a')
  site.at = START - 500
  site.append('s', 'b')
  expect(site.dates('s')).toEqual([0, 0])
  expect(site.store.log.jumps).toEqual([])
})

test(`whatever the clock did, what is shown is what is young (SEED=${SEED} RUNS=${RUNS})`, async () => {
  let seed = SEED
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return seed % below
  }
  for (let run = 0; run < RUNS; run++) {
    const site = new Clocked(`run-${run}`)
    const age = 1 + random(20)
    const written: (readonly [stream: string, day: number, text: string])[] = []
    for (const stream of ['s-0', 's-1']) site.append(`$$${stream}`, maxAge((age * DAY) / 1000))
    for (let step = 0; step < 60; step++) {
      if (random(8) === 0) site.at = START + (random(100) - 50) * DAY
      else site.at += random(2) * (DAY / 4)
      const stream = `s-${random(2)}`
      site.append(stream, String(step))
      written.push([stream, site.at, String(step)])
      if (random(20) === 0) await site.restart(random(2) === 0 ? 'kill' : 'stop')
      if (random(20) === 0) await removeUnreadable(site.store, new AbortController().signal)
      // Once gone in a scavenge, an event stays away when the clock is put back.
      for (const name of ['s-0', 's-1']) {
        const oldest = site.at - age * DAY
        const young = written
          .filter(([of, at]) => of === name && at >= oldest)
          .map(([, , text]) => text)
        const there = new Set(all(site, name))
        expect(site.shown(name), `run ${run}, step ${step}`).toEqual(
          young.filter(text => there.has(text)),
        )
      }
    }
  }
})

/** What is left of a stream in the log. */
function all(site: Clocked, stream: string): string[] {
  const texts: string[] = []
  site.store.log.scanAll({ from: 0, backwards: false, limit: Number.POSITIVE_INFINITY }, record => {
    if (streamNameOf(record).toString() === stream) texts.push(fieldsOf(record).data.toString())
  })
  return texts
}
