import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slugOf, slugsFor } from './slug.ts'

const id = '0a1b2c3d-0000-5000-8000-000000000000'

describe('a slug', () => {
  it.each([
    ['What $BTC fees tell us', 'what-btc-fees-tell-us'],
    ["  Don't trust, verify!  ", 'dont-trust-verify'],
    ['Ångström & Straße', 'angstrom-and-strasse'],
    ['Łódź naïve café', 'lodz-naive-cafe'],
    ['Биткойн и инфляция', 'bitkoin-i-inflyatsiya'],
    ['Ψηφιακό χρήμα', 'psifiako-chrima'],
    ['ＦＵＬＬ ｗｉｄｔｈ ①', 'full-width-1'],
    ['比特币为什么', ''],
    ['🚀🚀🚀', ''],
  ])('of "%s" is "%s"', (title, slug) => expect(slugOf(title)).toBe(slug))

  it('ends with a whole word when the title is long', () => {
    const slug = slugOf('consensus '.repeat(14))
    expect(slug).toBe(
      'consensus-consensus-consensus-consensus-consensus-consensus-consensus-consensus',
    )
  })

  it('holds only small letters, digits and single hyphens, whatever the title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 140 }), title => {
        expect(slugOf(title)).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*)?$/)
        expect(slugOf(title).length).toBeLessThanOrEqual(80)
      }),
    )
  })
})

describe('the slugs to try', () => {
  it('begin with the plain one and end with one that only this post can have', () =>
    expect(slugsFor('Fees', id)).toEqual([
      'fees',
      'fees-0a1b2c',
      'fees-0a1b2c3d000050008000000000000000',
    ]))
  it('name the post by its id when the title leaves nothing', () =>
    expect(slugsFor('比特币', id)[0]).toBe('post-0a1b2c'))
  it('leave out what is a page of the site', () =>
    expect(slugsFor('New', id)[0]).toBe('new-0a1b2c'))
})
