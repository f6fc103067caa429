import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canBeSearched, folded, wordsOf } from './folded.ts'

describe('a folded text', () => {
  it.each([
    ['Cafe\u0301', 'café'],
    ['Tiê\u0301ng Việt', 'tiếng việt'],
    ['\u1112\u1161\u11ab', '한'],
    ['ＢＴＣ', 'btc'],
    ['ﬁnance', 'finance'],
    ['block\u00adchain', 'blockchain'],
    ['block\u200bchain', 'blockchain'],
    ['می\u200cخواهم', 'میخواهم'],
    ['ﾋﾞｯﾄｺｲﾝ', 'ビットコイン'],
    ['Don’t', "don't"],
    ['Donʼt', "don't"],
    ['don`t', "don't"],
    ['don´t', "don't"],
    ['“fees”', '"fees"'],
    ['«fees»', '"fees"'],
    ['30–day', '30-day'],
    ['non\u2011custodial', 'non-custodial'],
    ['İstanbul', 'istanbul'],
    ['ISTANBUL', 'istanbul'],
    ['ısı', 'isi'],
    ['Straße', 'strasse'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδός', 'οδόσ'],
    ['a\u00a0b', 'a b'],
    ['\u200fשלום', 'שלום'],
    ['☕️', '☕'],
    ['㎏', 'kg'],
    ['½', '1⁄2'],
    ['wait…', 'wait...'],
  ])('%j is %j', (text, expected) => {
    expect(folded(text)).toBe(folded(expected))
    expect(folded(text)).toBe(expected)
  })

  it('is its own fold, and that of its other forms and cases', () => {
    const single = ['ŉ', '´', 'ẞ', '`', '´', '″', '‷', '﹁', '｢', 'ǰ', 'ΐ', 'ﬀ', 'ǆ']
    const text = fc.oneof(fc.constantFrom(...single), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(text, text => {
        const fold = folded(text)
        const others = (['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map(form => text.normalize(form))
        for (const other of [fold, text.toLowerCase(), text.toUpperCase(), ...others])
          expect(folded(other)).toBe(fold)
      }),
    )
  })
})

describe('the words of a search', () => {
  it.each([
    ['  Fees  halving ', ['fees', 'halving']],
    ['a b c d e f g h notthere', ['a', 'b', 'c', 'd', 'f', 'g', 'notthere']],
    ['fee fees FEES', ['fees']],
    ['fees "halving"', ['fees', 'halving']],
    ['“two words”', ['two', 'words']],
    ['$BTC\u3000價格', ['$btc', '價格']],
    ['don’t', ["don't"]],
    ['', []],
  ])('of %j are %j', (search, expected) => {
    expect(wordsOf(search)).toEqual(expected)
  })

  it.each(['币', 'ビ', 'ﾋ', '비', 'ㅂ', 'あ', 'ab', 'a b', '🚀', '$b', '  币 '])(
    'are enough to search for: %j',
    search => {
      expect(canBeSearched(search)).toBe(true)
    },
  )

  it.each([
    '',
    ' ',
    '\u3000',
    'a',
    ' a ',
    'A',
    'é',
    'e\u0301',
    'я',
    '1',
    '"',
    '\u200b',
    'a\u200b',
    'a a',
  ])('are too few: %j', search => {
    expect(canBeSearched(search)).toBe(false)
  })
})
