import { describe, expect, it } from 'vitest'
import { derivedId, eventIdOf } from './derived-ids.ts'

describe('derived ids', () => {
  it('are the same for the same parts and differ when the parts are cut elsewhere', () => {
    expect(derivedId('a', 'b')).toBe(derivedId('a', 'b'))
    expect(derivedId('a', 'bc')).not.toBe(derivedId('ab', 'c'))
    expect(derivedId('a","b')).not.toBe(derivedId('a', 'b'))
  })

  it('tell the events of commands apart by command, request, stream, place and variant', () => {
    const c = { commandId: 'c', commandFingerprint: 'f' }
    const ids = [
      eventIdOf(c, 's', 0),
      eventIdOf(c, 's', 1),
      eventIdOf(c, 't', 0),
      eventIdOf({ commandId: 'd', commandFingerprint: 'f' }, 's', 0),
      eventIdOf({ commandId: 'c', commandFingerprint: 'g' }, 's', 0),
      eventIdOf({ commandId: 'c' }, 's', 0),
      eventIdOf(c, 's', 0, '0'),
      eventIdOf(c, 's', 0, '1'),
    ]
    expect(new Set(ids).size).toBe(ids.length)
    expect(eventIdOf({ ...c }, 's', 0)).toBe(ids[0])
  })
})
