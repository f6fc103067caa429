import { describe, expect, it } from 'vitest'
import { normalisedName } from './normalised-name.ts'

describe('a name is one name', () => {
  it.each([
    ['email', ' Ann@Example.ORG ', 'ann@example.org'],
    ['email', 'ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['email', 'ａｎｎ@example.org', 'ann@example.org'],
    ['username', 'Satoshi', 'satoshi'],
  ] as const)('as %s "%s" and "%s"', (kind, one, other) =>
    expect(normalisedName[kind](one)).toBe(normalisedName[kind](other)),
  )

  it('but different names stay different', () => {
    expect(normalisedName.email('ann@a.example')).not.toBe(normalisedName.email('ann@b.example'))
    expect(normalisedName.email('ann+x@a.example')).not.toBe(normalisedName.email('ann@a.example'))
  })
})
