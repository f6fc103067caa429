import { describe, expect, it } from 'vitest'
import { counter, limits, tooLong } from './limits.ts'

describe('a limit', () => {
  it('is told with the field and both figures once a text is over it, and never before', () => {
    expect(tooLong('x'.repeat(40_000), limits.body)).toBeUndefined()
    expect(tooLong('x'.repeat(45_007), limits.body)).toBe(
      'The text should have at most 40,000 characters; it has 45,007.',
    )
  })

  it('counts as the API does: halves of a pair each, and no blanks around what is trimmed', () => {
    expect(tooLong('😀'.repeat(70), limits.title)).toBeUndefined()
    expect(tooLong(`${'😀'.repeat(70)}!`, limits.title)).toContain('it has 141')
    expect(tooLong(`  ${'t'.repeat(140)}  `, limits.title)).toBeUndefined()
    expect(tooLong(` ${'p'.repeat(128)}`, limits.password)).toContain('it has 129')
  })

  it('has a counter that appears near it', () => {
    expect(counter('x'.repeat(100), limits.title)).toBe('')
    expect(counter('x'.repeat(126), limits.title)).toBe('126 of 140')
    expect(counter('x'.repeat(45_007), limits.body)).toBe('45,007 of 40,000')
  })
})
