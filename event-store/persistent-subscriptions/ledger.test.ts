// How far a group has come, and in which order it tries again.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry } from './entry.ts'
import { Ledger } from './ledger.ts'
import { addRetry } from './retries.ts'

const entry = (ledger: Ledger, place: number, replayed = false): Entry => ({
  id: '',
  place,
  position: place,
  sequence: replayed ? -1 : ledger.last.sequence + 1,
  previous: ledger.last.place,
  replayed,
  record: undefined,
  retryCount: 0,
  isDone: false,
  consumer: undefined,
  sentAt: 0,
})

test('the checkpoint stands before the first event that is not done with', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(10_000), { minLength: 1, maxLength: 60 }),
      fc.infiniteStream(fc.nat()),
      fc.nat(60),
      (numbers, dice, count) => {
        const places = numbers.sort((a, b) => a - b)
        const ledger = new Ledger(undefined)
        const open = places.map(place => {
          const added = entry(ledger, place)
          ledger.add(added)
          return added
        })
        for (let left = count; left > 0 && open.length > 0; left--) {
          const [finished] = open.splice((dice.next().value as number) % open.length, 1)
          ledger.finish(finished as Entry)
          ledger.finish(finished as Entry)
          const before = open[0] ? places.indexOf(open[0].place) : places.length
          expect(ledger.progress).toEqual({ place: places[before - 1], sequence: before - 1 })
        }
      },
    ),
  )
})

test('retries stand in the order of the stream, replayed ones behind them in the order of the replay', () => {
  const ledger = new Ledger(undefined)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean())), entries => {
      const retries: Entry[] = []
      for (const [place, replayed] of entries) addRetry(retries, entry(ledger, place, replayed))
      const places = (replayed: boolean) => entries.filter(e => e[1] === replayed).map(([p]) => p)
      expect(retries.map(({ place }) => place)).toEqual([
        ...places(false).sort((a, b) => a - b),
        ...places(true),
      ])
    }),
  )
})
