// The random actions of the model test.
import fc from 'fast-check'
import type { Expected, Limits } from './model.ts'

/** Streams of a run: few, so that actions meet. */
export const STREAMS = 3
/** Ids of a run: few, so that they are repeated. */
export const IDS = 12
export const CLIENTS = 3

/** 'head' is the exact revision that will succeed. */
type Expectation = Expected | 'head'
export type Action = { readonly stream: number; readonly client: number } & (
  | { readonly do: 'append'; readonly expected: Expectation; readonly ids: readonly number[] }
  | {
      readonly do: 'delete' | 'tombstone'
      readonly expected: Exclude<Expectation, 'stream_exists'>
    }
  | { readonly do: 'metadata'; readonly limits: Limits }
  | {
      readonly do: 'read'
      readonly from: number
      readonly count: number
      readonly backwards: boolean
    }
  | { readonly do: 'readAll'; readonly count: number; readonly backwards: boolean }
  | { readonly do: 'race' }
  | { readonly do: 'follow'; readonly from: number | 'start' | 'end' }
  | { readonly do: 'followAll' }
)

const small = fc.nat({ max: 6 })
const expected: fc.Arbitrary<Expectation> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Expectation[]>('any', 'head') },
  { weight: 2, arbitrary: fc.constantFrom<Expectation[]>('no_stream', 'stream_exists') },
  { weight: 2, arbitrary: small },
)
/** The client can't say of a delete that the stream must exist. */
const ofDelete = expected.filter(one => one !== 'stream_exists')
const ids = fc.array(fc.nat({ max: IDS - 1 }), { minLength: 1, maxLength: 4 })
const limits: fc.Arbitrary<Limits> = fc.record(
  { maxCount: fc.integer({ min: 1, max: 4 }), truncateBefore: small },
  { requiredKeys: [] },
)
const count = fc.integer({ min: 1, max: 8 })
const place = {
  stream: fc.nat({ max: STREAMS - 1 }),
  client: fc.nat({ max: CLIENTS - 1 }),
}
const to = <const T extends string>(name: T) => fc.constant(name)

/** Anything that clients do, appends most of all; an end for ever is rare, for little can follow it. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ ...place, do: to('append'), expected, ids }) },
  { weight: 3, arbitrary: fc.record({ ...place, do: to('delete'), expected: ofDelete }) },
  { weight: 1, arbitrary: fc.record({ ...place, do: to('tombstone'), expected: ofDelete }) },
  { weight: 4, arbitrary: fc.record({ ...place, do: to('metadata'), limits }) },
  {
    weight: 4,
    arbitrary: fc.record({ ...place, do: to('read'), from: small, count, backwards: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ ...place, do: to('readAll'), count, backwards: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ ...place, do: to('race') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...place,
      do: to('follow'),
      from: fc.oneof(small, fc.constantFrom<('start' | 'end')[]>('start', 'end')),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...place, do: to('followAll') }) },
)
