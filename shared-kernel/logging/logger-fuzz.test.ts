// Whatever is logged becomes one line of bounded size, and never an error. RUNS= says how many values are tried.
import { Duplex } from 'node:stream'
import { testSize } from '@cryptotalks/platform/testing/test-size'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLogger } from './logger.ts'

const word = 'hunter2'
/** As long as a line may become, with all that is escaped in it. */
const longestLine = 64_000

class Hostile {
  readonly #inside = word
  get value(): string {
    throw new Error(this.#inside)
  }
  toJSON(): never {
    throw new Error('toJSON')
  }
  toString(): never {
    throw new Error('toString')
  }
  get [Symbol.toStringTag](): string {
    throw new Error('tag')
  }
}

const throwing = () => {
  throw new Error('a trap')
}
const traps = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map(name => [name, throwing]),
) as ProxyHandler<object>

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function hostileError(): Error {
  const error = new Error('x')
  // The stack first, for reading it asks for name and message.
  for (const name of ['stack', 'name', 'message', 'code', 'cause', 'errors'])
    Object.defineProperty(error, name, { get: throwing, enumerable: true })
  return error
}

function circular(): object {
  const here: Record<string, unknown> = { list: [] }
  here.self = here
  ;(here.list as unknown[]).push(here)
  return here
}

const getters = (): object =>
  Object.defineProperty({}, 'value', { get: throwing, enumerable: true })

/** Made once, for it is the logger's time that counts. */
const huge: readonly unknown[] = [
  10n ** 5_000n,
  new Float64Array(100_000),
  Array.from({ length: 100_000 }),
  Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`field${n}`, n])),
  'é'.repeat(200_000),
  '\u0000'.repeat(200_000),
  'a@'.repeat(50_000),
  Array.from({ length: 10_000 }).reduce(inner => ({ inner }), {}),
]

const strange: readonly (() => unknown)[] = [
  () => new Hostile(),
  () => new Proxy({}, traps),
  () => new Proxy(new Error('x'), traps),
  () => new Proxy([], traps),
  () => revoked(),
  () => hostileError(),
  () => Object.assign(new Error('x'), { rawPacket: Buffer.from(word), cause: circular() }),
  () =>
    Object.assign(new Error('x'), { message: { toString: throwing }, stack: 7, code: circular() }),
  () => circular(),
  () => getters(),
  () => ({ toJSON: throwing }),
  () => Object.assign(Object.create(null), { __proto__: 1, constructor: null }),
  () => JSON.parse('{"__proto__":{"a":1},"constructor":{"name":2}}'),
  () => new AggregateError([hostileError(), circular(), null], 'x'),
  () => new URL(`http://me:${word}@host/${word}?${word}`),
  () => Buffer.from(word),
  () => new SharedArrayBuffer(8),
  () => new DataView(new ArrayBuffer(8)),
  () => new Map([[word, word]]),
  () => new WeakRef({}),
  () => Promise.resolve(word),
  () => new Duplex(),
  () => new Date(Number.NaN),
  () => Symbol(''),
  ...huge.map(made => () => made),
  () => '\ud800',
  () => throwing,
]

type Make = () => unknown
const valuesOf = (given: Readonly<Record<string, Make>>): object =>
  Object.fromEntries(Object.entries(given).map(([name, make]) => [name, make()]))

/** Each value comes as what makes it, since nobody may look at some of them before the logger does. */
const making = fc.letrec<{ any: Make }>(tie => ({
  any: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(...strange),
    fc
      .anything({
        ...{ withBigInt: true, withDate: true, withMap: true },
        ...{ withNullPrototype: true, withTypedArray: true },
      })
      .map(value => () => value),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('any')).map(given => () => valuesOf(given)),
    fc.array(tie('any')).map(given => () => given.map(make => make())),
    fc
      .record({ cause: tie('any'), errors: tie('any'), code: tie('any') })
      .map(given => () => Object.assign(new Error('x'), valuesOf(given))),
  ),
})).any

it('takes any fields and any message, in a child as well', () => {
  const lines: string[] = []
  const logger = createLogger({ name: 'fuzz', destination: { write: line => lines.push(line) } })
  fc.assert(
    fc.property(making, making, (makeOne, makeOther) => {
      const [one, other] = [makeOne(), makeOther()]
      lines.length = 0
      const say = (to: typeof logger, ...given: unknown[]) =>
        (to.error as (...given: unknown[]) => void)(...given)
      say(logger, one, other)
      say(logger, { err: one, other }, 'message')
      say(logger, 'a %s %o %j %d', one, other)
      if (typeof one === 'object' && one !== null) say(logger.child({ one }), other)
      expect(lines.length).toBeGreaterThanOrEqual(3)
      for (const line of lines) {
        expect(line.length).toBeLessThan(longestLine)
        expect(line.indexOf('\n')).toBe(line.length - 1)
        expect(JSON.parse(line)).toMatchObject({ level: 'error', name: 'fuzz' })
        expect(line).not.toContain(word)
      }
    }),
    { numRuns: testSize(150, 5_000) },
  )
}, 600_000)
