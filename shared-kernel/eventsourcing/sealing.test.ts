import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { open, seal } from './sealing.ts'

const key = randomBytes(32)

describe('a sealed box', () => {
  it('opens to what was sealed, with the same key and context', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), (plain, context) => {
        expect([...open(key, seal(key, plain, context), context)]).toEqual([...plain])
      }),
    )
  })

  it('opens with no other key, in no other context, and not when a single byte changed', () => {
    const box = seal(key, Buffer.from('ada@example.com'), 'user-1/UserRegistered')
    expect(() => open(randomBytes(32), box, 'user-1/UserRegistered')).toThrow()
    expect(() => open(key, box, 'user-2/UserRegistered')).toThrow()
    const bytes = Buffer.from(box, 'base64')
    for (let i = 0; i < bytes.length; i++) {
      const damaged = Buffer.from(bytes)
      damaged.writeUInt8((damaged.readUInt8(i) + 1) % 256, i)
      expect(() => open(key, damaged.toString('base64'), 'user-1/UserRegistered')).toThrow()
    }
    expect(() => open(key, 'AAAA', 'user-1/UserRegistered')).toThrow('cut off')
  })

  it('is another one each time, so that equal data does not show', () => {
    expect(seal(key, Buffer.from('a'), '')).not.toBe(seal(key, Buffer.from('a'), ''))
  })
})
