// A batch append call: its chunks, its deadlines, and one answer for each correlation id whatever comes.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { Batch, type Chunk, detailsOf, k, told } from './batch.ts'
import { shown, useWire } from './situations.ts'
import { nameOf, WELL } from './wire.ts'

const bench = useWire()
const labelled = (label: string) => ({ data: JSON.stringify({ label }) })
const large = (bytes: number) => ({ data: 'x'.repeat(bytes) })

let call: Batch
let stream: string
beforeEach(() => {
  call = new Batch(bench().writes)
  stream = aStream()
})
afterEach(() => call.cancel())

const read = (name = stream) => shown(bench().client, name)

/** What comes next is the answer to this: nothing else was waiting to be sent. */
async function nothingElseCame(): Promise<void> {
  call.send({ id: k(9), stream: aStream('last') })
  expect(told(await call.answers(1))).toEqual(['k9 at nothing'])
}

test('chunks of several appends may be mixed; they are written as their last chunks come', async () => {
  const other = aStream()
  call.send(
    { id: k(1), stream, events: [labelled('a')], final: false },
    { id: k(2), stream: other, events: [labelled('b')] },
    { id: k(1), events: [labelled('c')] },
  )
  const answers = await call.answers(2)
  expect(told(answers)).toEqual(['k2 at 0', 'k1 at 1'])
  expect(answers.map(answer => nameOf(answer.getStreamIdentifier()))).toEqual([other, stream])
  expect(await read()).toBe('0:a 1:c')
  expect(await read(other)).toBe('0:b')
})

test('each of ten sent at once gets its answer, in order', async () => {
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  call.send(
    ...numbers.map(n => ({
      id: k(n),
      stream,
      expected: n ? `${n - 1}` : 'no_stream',
      events: [{}],
    })),
  )
  expect(told(await call.answers(10))).toEqual(numbers.map(n => `k${n} at ${n}`))
})

test('nothing is written before the last chunk, which may be empty', async () => {
  // Connects now what reads: chunks have two seconds.
  await read()
  call.send({ id: k(1), stream, events: [labelled('a')], final: false })
  // An answer to another shows that the first chunk has been taken.
  call.send({ id: k(2), stream: aStream(), events: [{}] })
  expect(told(await call.answers(1))).toEqual(['k2 at 0'])
  expect(await read()).toBe('stream-not-found')
  call.send({ id: k(1) })
  expect(told(await call.answers(1))).toEqual(['k1 at 0'])
  expect(await read()).toBe('0:a')
})

test('one that is refused does not hold up the others', async () => {
  call.send(
    { id: k(1), stream, events: [labelled('a')] },
    { id: k(2), stream, events: [labelled('b')], expected: '9' },
    { id: k(3), stream, events: [labelled('c')] },
  )
  expect(told(await call.answers(3)).sort()).toEqual(['k1 at 0', 'k2 is 0', 'k3 at 1'])
  expect(await read()).toBe('0:a 1:c')
})

test('a correlation id may be used again once it was answered, at once too', async () => {
  call.send({ id: k(1), stream, events: [{}] }, { id: k(1), stream, events: [{}] })
  expect(told(await call.answers(2))).toEqual(['k1 at 0', 'k1 at 1'])
})

test('of options sent twice the first count', async () => {
  const other = aStream()
  call.send(
    { id: k(1), stream, events: [labelled('a')], final: false },
    { id: k(1), stream: other, events: [labelled('b')] },
  )
  expect(told(await call.answers(1))).toEqual(['k1 at 1'])
  expect(await read()).toBe('0:a 1:b')
  expect(await read(other)).toBe('stream-not-found')
})

test('whoever half-closes after the last chunk is answered, and the call ends well', async () => {
  call.send({ id: k(1), stream, events: [{}] })
  call.halfClose()
  expect(told(await call.answers(1))).toEqual(['k1 at 0'])
  expect(await call.ended).toEqual(WELL)
})

test('the size of all chunks counts together; one answer, and what still comes is passed over', async () => {
  call.send(
    { id: k(1), stream, events: [large(700_000)], final: false },
    { id: k(1), events: [large(700_000)], final: false },
    { id: k(1), events: [large(700_000)], final: false },
    { id: k(1), events: [large(700_000)] },
  )
  const answers = await call.answers(1)
  expect(told(answers)).toEqual(['k1 MaximumAppendSizeExceeded'])
  await nothingElseCame()
  expect(await read()).toBe('stream-not-found')
  // Its id is free again.
  call.send({ id: k(1), stream, events: [labelled('a')] })
  expect(told(await call.answers(1))).toEqual(['k1 at 0'])
})

describe('a deadline', () => {
  const timedOut = async (): Promise<void> => {
    const [answer] = await call.answers(1)
    expect(told(answer ? [answer] : [])).toEqual(['k1 Timeout'])
    expect(answer?.getError()?.getCode()).toBe(4)
    expect(answer && detailsOf(answer, 'Timeout').toObject()).toEqual({})
  }

  test('that has passed is answered at once, and nothing is written', async () => {
    call.send({ id: k(1), stream, events: [{}], deadline: Date.now() - 5000 })
    await timedOut()
    expect(await read()).toBe('stream-not-found')
  })

  test('that is far away is no hindrance', async () => {
    call.send({ id: k(1), stream, events: [{}], deadline: Date.now() + 60_000 })
    expect(told(await call.answers(1))).toEqual(['k1 at 0'])
  })

  test.each([
    ['that passes between chunks', () => ({ deadline: Date.now() + 50 })],
    ['that is left out is one of two seconds', () => ({})],
    ['that is further away is one of two seconds', () => ({ deadline: Date.now() + 3_600_000 })],
  ])('%s; the answer does not wait for the last chunk, which gets none', async (_, more) => {
    call.send({ id: k(1), stream, events: [{}], final: false, ...more() })
    await timedOut()
    call.send({ id: k(1), events: [{}] })
    await nothingElseCame()
    expect(await read()).toBe('stream-not-found')
  })
})

/** What is missing or makes no sense is answered, and what still comes of it is not. */
const NOT_UNDERSTOOD: readonly [string, (name: string) => Chunk][] = [
  ['without options', () => ({ id: k(1), events: [{}] })],
  ['without an expectation', name => ({ id: k(1), stream: name, expected: 'unset', events: [{}] })],
  ['to a stream without a name', () => ({ id: k(1), stream: '', events: [{}] })],
  [
    'with an event without a type',
    name => ({ id: k(1), stream: name, events: [{ fields: { type: undefined } }] }),
  ],
  ['with an empty type', name => ({ id: k(1), stream: name, events: [{ fields: { type: '' } }] })],
  [
    'without a content type',
    name => ({ id: k(1), stream: name, events: [{ fields: { 'content-type': undefined } }] }),
  ],
  [
    'with an event without an id',
    name => ({ id: k(1), stream: name, events: [{ id: undefined }] }),
  ],
  ['with an empty id', name => ({ id: k(1), stream: name, events: [{ id: '' }] })],
  [
    'with the nil id',
    name => ({ id: k(1), stream: name, events: [{ id: '00000000-0000-0000-0000-000000000000' }] }),
  ],
  ['with an id that is none', name => ({ id: k(1), stream: name, events: [{ id: 'nonsense' }] })],
  [
    'with a good event before a bad one',
    name => ({ id: k(1), stream: name, events: [{}, { id: 'nonsense' }] }),
  ],
]

test.each(NOT_UNDERSTOOD)(
  'an append %s is a bad request, once, and others are served on',
  async (_, chunk) => {
    call.send({ ...chunk(stream), final: false }, { id: k(1), events: [{}] })
    const [answer] = await call.answers(1)
    expect(answer?.getCorrelationId()?.getString()).toBe(k(1))
    expect([answer?.getError()?.getCode(), answer?.getError()?.getMessage()]).toEqual([
      3,
      'BadRequest',
    ])
    expect(answer && detailsOf(answer, 'BadRequest').getMessage()).not.toBe('')
    await nothingElseCame()
    expect(await read()).toBe('stream-not-found')
  },
)

test('an append without a correlation id is answered to nobody, and not written', async () => {
  call.send({ id: undefined, stream, events: [{}] })
  const [answer] = await call.answers(1)
  expect(answer?.hasCorrelationId()).toBe(false)
  expect(answer?.getError()?.getMessage()).toBe('BadRequest')
  await nothingElseCame()
  expect(await read()).toBe('stream-not-found')
})
