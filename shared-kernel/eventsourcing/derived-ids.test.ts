import { describe, expect, it } from 'vitest'
import { derivedId, eventIdOf } from './derived-ids.ts'

describe('derived ids', () => {
  it('are the same for the same parts and differ when the parts are cut elsewhere', () => {
    expect(derivedId('a', 'b')).toBe(derivedId('a', 'b'))
    expect(derivedId('a', 'bc')).not.toBe(derivedId('ab', 'c'))
    expect(derivedId('a","b')).not.toBe(derivedId('a', 'b'))
  })

  it('tell the events of one command apart by stream and place', () => {
    const ids = [
      eventIdOf('c', 's', 0),
      eventIdOf('c', 's', 1),
      eventIdOf('c', 't', 0),
      eventIdOf('d', 's', 0),
    ]
    expect(new Set(ids).size).toBe(4)
  })
})
