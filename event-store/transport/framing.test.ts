// Messages come out whole wherever the chunks were cut.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_MESSAGE_BYTES, MessageReader } from './framing.ts'
import { encodeMessage, encodeTrailer, Status } from './status.ts'

const framed = (body: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(body.length, 1)
  return Buffer.concat([prefix, body])
}

test('any cutting gives the same messages', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.array(fc.nat(20), { minLength: 1 }),
      (bodies, cuts) => {
        const bytes = Buffer.concat(bodies.map(framed))
        const got: Buffer[] = []
        const reader = new MessageReader()
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const end = at + 1 + (cuts[i % cuts.length] as number)
          reader.push(bytes.subarray(at, end), message => got.push(Buffer.from(message)))
          at = end
        }
        reader.end()
        expect(got.map(String)).toEqual(bodies.map(body => String(Buffer.from(body))))
      },
    ),
  )
})

const failure = (bytes: Buffer): unknown => {
  const reader = new MessageReader()
  try {
    reader.push(bytes, () => {})
    reader.end()
    return undefined
  } catch (error) {
    return (error as { code: number }).code
  }
}

test('what can not be taken is refused by its kind', () => {
  const tooLong = Buffer.alloc(5)
  tooLong.writeUInt32BE(MAX_MESSAGE_BYTES + 1, 1)
  expect(failure(tooLong)).toBe(Status.RESOURCE_EXHAUSTED)
  expect(failure(Buffer.from([1, 0, 0, 0, 0]))).toBe(Status.UNIMPLEMENTED)
  expect(failure(framed(Buffer.from('abc')).subarray(0, 6))).toBe(Status.INTERNAL)
  expect(failure(Buffer.from([0, 0]))).toBe(Status.INTERNAL)
})

test('trailers carry ASCII only', () => {
  expect(encodeMessage('a%ü\n')).toBe('a%25%C3%BC%0A')
  expect(encodeTrailer('plain name')).toBe('plain name')
  expect(encodeTrailer('l\nl')).toBe('l%0Al')
  // Longer than headers should be: cut, and not within a character.
  const long = `${'x'.repeat(1999)}😀`
  expect(encodeTrailer(long)).toBe(`${'x'.repeat(1999)}%E2%80%A6`)
  expect(encodeMessage(long)).toBe(`${'x'.repeat(1999)}%E2%80%A6`)
})
