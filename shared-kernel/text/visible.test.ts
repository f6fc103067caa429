import { describe, expect, it } from 'vitest'
import { hidesSomething, isWhole, showsSomething, visiblePart } from './visible.ts'

const span = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => String.fromCodePoint(first + n))

/** Every block of characters without ink. */
const inkless: readonly (readonly [string, readonly string[]])[] = [
  ['controls', [...span(0x00, 0x1f), ...span(0x7f, 0x9f)]],
  ['spaces', [' ', '\u00a0', '\u1680', ...span(0x2000, 0x200a), '\u202f', '\u205f', '\u3000']],
  ['line and paragraph separators', ['\u2028', '\u2029']],
  ['the soft hyphen', ['\u00ad']],
  ['zero width space, joiners and direction marks', span(0x200b, 0x200f)],
  ['embeddings, overrides and isolates', [...span(0x202a, 0x202e), ...span(0x2066, 0x2069)]],
  ['word joiner and invisible operators', span(0x2060, 0x2065)],
  ['deprecated format characters', span(0x206a, 0x206f)],
  ['the byte order mark', ['\ufeff']],
  ['the grapheme joiner', ['\u034f']],
  ['the Arabic letter mark', ['\u061c']],
  ['Hangul fillers', ['\u115f', '\u1160', '\u3164', '\uffa0']],
  ['Khmer inherent vowels', ['\u17b4', '\u17b5']],
  ['Mongolian selectors', span(0x180b, 0x180f)],
  ['variation selectors', [...span(0xfe00, 0xfe0f), ...span(0xe0100, 0xe01ef)]],
  ['tags', [...span(0xe0000, 0xe007f)]],
  ['other ignorable characters', span(0xe0080, 0xe0fff)],
  ['interlinear annotation', [...span(0xfff0, 0xfffb)]],
  ['shorthand controls', span(0x1bca0, 0x1bca3)],
  ['musical controls and the empty notehead', ['\u{1d159}', ...span(0x1d173, 0x1d17a)]],
  ['hieroglyph controls and blanks', [...span(0x13430, 0x1343f), '\u{13441}', '\u{13442}']],
  ['the empty Braille pattern', ['\u2800']],
  ['the object replacement character', ['\ufffc']],
  ['private use', ['\ue000', '\uf8ff', '\u{f0000}', '\u{10fffd}']],
  ['unassigned and non-characters', ['\u0378', '\ufdd0', '\uffff', '\u{1ffff}', '\u{10ffff}']],
  ['halves of characters', ['\ud800', '\udbff', '\udc00', '\udfff']],
]
const marks = ['\u0301', '\u0489', '\u20dd', '\u{16fe4}']

describe('text', () => {
  it.each(inkless)('of %s shows nothing, alone, repeated or among spaces', (_, characters) => {
    for (const one of characters)
      for (const text of [one, one.repeat(3), ` ${one} `])
        expect([showsSomething(text), text.codePointAt(0)]).toEqual([false, text.codePointAt(0)])
    expect(showsSomething(characters.join(''))).toBe(false)
    expect(visiblePart(characters.join(''))).toBe('')
  })

  it('of marks that stand on nothing shows nothing', () => {
    for (const mark of marks) expect(showsSomething(mark.repeat(3))).toBe(false)
  })

  it.each(inkless.filter(([name]) => name !== 'spaces'))(
    'hides something where it holds %s',
    (_, characters) => {
      for (const one of characters) expect(hidesSomething(`a${one}b`)).toBe(true)
    },
  )

  it.each([
    ...['a', '.', '币', '비', 'क', '🚀', '\u{1f1ee}', '©', '٣', '—', '͏a', 'ｆ', '\u2423'],
    // Emoji of several, a flag of tags, Persian with a joiner that is none, a heart in colour.
    ...[
      '👩\u200d👩\u200d👧',
      '🏴\u{e0067}\u{e0062}\u{e007f}',
      'نامه\u200cای',
      '❤\ufe0f',
      '1\ufe0f\u20e3',
    ],
  ])('shows something: %s', text => {
    expect(showsSomething(text)).toBe(true)
  })

  it('is whole unless it holds half a character', () => {
    for (const half of ['\ud800', 'a\udfffb', '\udfff\ud800']) expect(isWhole(half)).toBe(false)
    expect(isWhole('🚀 \u200b')).toBe(true)
  })

  it('without what it hides is what people see', () => {
    expect(visiblePart(' \u200ba\u00adb\ufeff c\u2060 ')).toBe('ab c')
    expect(hidesSomething('plain text, 12 €')).toBe(false)
  })
})
