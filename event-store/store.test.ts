// What throws in one write refuses that write alone, whatever step of it throws.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Finding } from './monitoring/report.ts'
import { fieldsOf, streamNameOf } from './protocol/recorded-event.ts'
import { useLogs } from './storage/test-log.ts'
import { Store } from './store.ts'
import { ownEvent, type Writer } from './streams/append.ts'

const logs = useLogs()
const JSON_TYPE = Buffer.from('t')
const event = (data = '{}') => ownEvent(JSON_TYPE, Buffer.from(data))

type Step = (...args: unknown[]) => unknown

/** Has every function that an object and its prototypes have go through `step` first. */
function trap(target: object, step: () => void): void {
  for (let level = target; level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof value !== 'function' || name === 'constructor' || NOT_OF_A_WRITE.has(name))
        continue
      const original = value as Step
      Object.defineProperty(target, name, {
        configurable: true,
        value(this: unknown, ...args: unknown[]) {
          step()
          return original.apply(this, args)
        },
      })
    }
  }
}
/** They surround a write, or take back what it did. */
const NOT_OF_A_WRITE = new Set(['attempt', 'write', 'undo', 'forget'])

/** Everything that the store shows, stream by stream. */
function contents({ log }: Store): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  log.scanAll({ from: 0, backwards: false, limit: Number.POSITIVE_INFINITY }, record => {
    const stream = streamNameOf(record).toString()
    found[stream] ??= []
    found[stream].push(fieldsOf(record).data.toString())
  })
  return found
}

const VICTIMS: readonly (readonly [string, (writer: Writer) => unknown])[] = [
  ['an append to a new stream', writer => writer.append('new', 'any', [event(), event()])],
  ['one of nothing', writer => writer.append('other', 'any', [])],
  ['metadata of a deleted stream', writer => writer.append('$$gone', 'any', [event('{"a":1}')])],
  ['an append to a deleted stream', writer => writer.append('gone', 'any', [event()])],
  ['a delete', writer => writer.delete('there', 'any')],
  ['a tombstone', writer => writer.tombstone('there', 'any')],
]

test.each(VICTIMS)('%s that throws at any of its steps is refused alone', async (_, victim) => {
  const log = logs.open('store')
  const store = new Store(log)
  const outcomes: string[] = []
  const submit = (name: string, action: (writer: Writer) => unknown): void =>
    store.write(
      action,
      () => outcomes.push(`${name} written`),
      () => outcomes.push(`${name} refused`),
    )
  for (const stream of ['gone', 'there']) {
    submit(stream, writer => writer.append(stream, 'any', [event('{"n":0}')]))
  }
  submit('gone', writer => writer.delete('gone', 'any'))
  store.flush()

  let left: number | undefined
  const step = (): void => {
    if (left === undefined) return
    if (left === 0) throw new RangeError('Maximum call stack size exceeded')
    left--
  }
  const { index } = log.files
  for (const part of [log, index.places, index.ids, index.names, store.streams]) trap(part, step)
  // Also the very last thing that a write does.
  const ending = (writer: Writer): unknown => {
    const outcome = victim(writer)
    step()
    return outcome
  }
  let steps = 0
  for (; ; steps++) {
    outcomes.length = 0
    const before = contents(store)
    const neighbour = (name: string) => (writer: Writer) =>
      writer.append(name, 'any', [event(`{"step":${steps},"id":"${randomUUID()}"}`)])
    submit('before', neighbour('before'))
    submit('victim', writer => {
      left = steps
      try {
        return ending(writer)
      } finally {
        left = undefined
      }
    })
    submit('after', neighbour('before'))
    submit('elsewhere', neighbour(`elsewhere-${steps}`))
    store.flush()
    const isRefused = outcomes.includes('victim refused')
    expect(outcomes.filter(outcome => !outcome.startsWith('victim'))).toEqual([
      'before written',
      'after written',
      'elsewhere written',
    ])
    if (!isRefused) break
    const { before: old = [], [`elsewhere-${steps}`]: elsewhere, ...rest } = contents(store)
    const { before: _before, ...restBefore } = before
    expect([old.length, elsewhere?.length, rest]).toEqual([2 * (steps + 1), 1, restBefore])
  }
  expect(outcomes).toContain('victim written')
  expect(steps).toBeGreaterThan(2)
  // What the index was told is what a start reads from the log.
  const shown = contents(store)
  logs.kill('store', 'again')
  const again = new Store(logs.open('again'))
  expect(contents(again)).toEqual(shown)
  for (const stream of Object.keys(shown)) {
    expect(again.streams.state(stream)).toEqual({
      ...store.streams.state(stream),
      limits: undefined,
    })
  }
})

test('whoever throws while being told of a write keeps nobody else from being told', () => {
  const found: Finding[] = []
  const store = new Store(logs.open('store'), { report: finding => found.push(finding) })
  const told: string[] = []
  const throwing = (): never => {
    throw new Error('oh')
  }
  store.feed.followAll({ onWritten: throwing })
  store.feed.followAll({ onWritten: ({ stream }) => told.push(`follower of ${stream}`) })
  const append = (writer: Writer): unknown => writer.append('s', 'any', [event()])
  store.write(append, throwing, throwing)
  store.write(throwing, throwing, throwing)
  store.write(
    append,
    () => told.push('writer'),
    () => told.push('refused'),
  )
  store.flush()
  expect(told).toEqual(['writer', 'follower of s', 'follower of s'])
  expect(found.map(({ kind }) => kind)).toEqual(Array.from({ length: 4 }, () => 'astonished'))
})

test('a write that is too large for the room there is is refused alone', () => {
  let free = 6 * 1024 * 1024
  const store = new Store(logs.open('store', { freeBytes: () => free }))
  const outcomes: string[] = []
  for (const bytes of [10, 5_000_000, 20]) {
    store.write(
      writer => writer.append('s', 'any', [event(`"${'x'.repeat(bytes)}"`)]),
      () => outcomes.push('written'),
      error => outcomes.push((error as Error).message),
    )
  }
  store.flush()
  // What is refused is told at once, what is written when it is on disk.
  const full = `The disk is full: there is no room left in ${logs.folder('store')}.`
  expect(outcomes).toEqual([full, 'written', 'written'])
  free = Number.POSITIVE_INFINITY
})
