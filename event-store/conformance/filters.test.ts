// Filters by regular expression that are made to take for ever, on names that are made to match them badly.
import {
  persistentSubscriptionToAllSettingsFromDefaults as allSettings,
  type Position,
  START,
  streamNameFilter,
} from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { consumeAll } from './group-consumer.ts'
import { aStream, event, events, failureOf, labels, useServer } from './harness.ts'
import { mixedLetters } from './random-expressions.ts'

const bench = useServer()
const INVALID_ARGUMENT = 3
const RESOURCE_EXHAUSTED = 8

/** Appends an event to a stream of each name; gives the position before them. */
async function written(...names: string[]): Promise<Position> {
  const { client } = bench()
  const before = await client.appendToStream(aStream(), event('before'))
  for (const name of names) await client.appendToStream(name, event('x'))
  return before.position as Position
}

/** Subscribes to what comes after a position. */
const subscribed = (regex: string, fromPosition: Position | typeof START = START) =>
  bench().client.subscribeToAll({ fromPosition, filter: streamNameFilter({ regex }) })

/** How long the names are of the streams that a filter lets through, until it has caught up. */
async function letThrough(regex: string, from: Position): Promise<number[]> {
  const subscription = subscribed(regex, from)
  const lengths: number[] = []
  subscription.on('data', ({ event }) => lengths.push(event?.streamId.length ?? 0))
  await new Promise((resolve, reject) => {
    subscription.once('caughtUp', () => resolve(undefined))
    subscription.once('error', reject)
  })
  await subscription.unsubscribe()
  return lengths
}

test('no expression is too hard for a long name', async () => {
  // The letters of these names are in no identifier. Their lengths say which is which.
  const names = [`${aStream()}-${'x'.repeat(400_000)}!`, `${aStream()}-xxxx!`]
  const from = await written(...names)
  const lengths = names.map(({ length }) => length)
  expect(await letThrough('(x+)+!$', from)).toEqual(lengths)
  for (const regex of ['(x+)+$', '(x|xx)+y', '(?:x?){50}x{50}y', 'x.*x.*x.*y', '(?i)(.*X)+Y']) {
    expect(await letThrough(regex, from)).toEqual([])
  }
  const group = aStream('group')
  const filter = streamNameFilter({ regex: '(x+)+!$' })
  const settings = allSettings({ startFrom: from })
  await bench().client.createPersistentSubscriptionToAll(group, settings, { filter })
  const given = await consumeAll(bench().client, group).next(2)
  expect(given.map(({ event }) => event?.streamId.length)).toEqual(lengths)
})

test.each([
  ['(', 'Unterminated group'],
  ['(?!.*a)', 'It could take very long'],
  ['^(.+)-\\1$', 'It could take very long'],
  ['((a|b){1000}){1000}', 'It is too large'],
])('%s is refused to subscriptions and groups alike', async (regex, words) => {
  const filter = streamNameFilter({ regex })
  const subscription = subscribed(regex)
  const refusals = [
    new Promise<never>((_, reject) => subscription.once('error', reject)),
    bench().client.createPersistentSubscriptionToAll(aStream('g'), allSettings(), { filter }),
  ]
  for (const refusal of refusals) {
    const { code, message } = await failureOf(refusal)
    expect(code).toBe(INVALID_ARGUMENT)
    expect(message).toContain("The regular expression can't be used: ")
    expect(message).toContain(words)
  }
})

/** Keeps an automaton busy with every letter that it reads: its states are as many as there are texts. */
const BUSY = 'a[ab]{200}c'

test('a test that takes too long ends its subscription, and nobody else hears of it', async () => {
  const from = await written(`${aStream()}-${mixedLetters(200_000)}`)
  const busy = subscribed(BUSY, from)
  const error = await failureOf(new Promise((_, reject) => busy.once('error', reject)))
  expect(error).toMatchObject({ code: RESOURCE_EXHAUSTED })
  expect(error.message).toMatch(/The regular expression takes too long for a text of 2000\d\d char/)
  const stream = aStream()
  await bench().client.appendToStream(stream, events('a'))
  expect(await labels(bench().client.readStream(stream))).toEqual(['0:a'])
})

test('while a filter looks for what it wants, the others have their turn', async () => {
  const { client } = bench()
  const name = aStream()
  const from = await written(
    ...Array.from({ length: 40 }, (_, i) => `${i}${name}${mixedLetters(8000)}`),
  )
  let caughtUp = false
  const looking = letThrough(BUSY, from).finally(() => {
    caughtUp = true
  })
  let answers = 0
  while (!caughtUp) {
    await client.getStreamMetadata(name)
    answers++
  }
  await looking
  expect(answers).toBeGreaterThan(5)
})
