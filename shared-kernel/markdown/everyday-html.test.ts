import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everydayHtmlOf } from './everyday-html.ts'
import { parsedHtmlOf } from './render-markdown.ts'

describe('everydayHtmlOf', () => {
  it.each([
    ['a paragraph', 'One "line" & a < b,\nand **another\none**.'],
    ['paragraphs', '\n\nOne.\n\n\nTwo.\n\n'],
    ['headings', '# One\nText _so_.\n## Two\n###### Six'],
    ['lists', 'These:\n- one\n- **two** $BTC\n\nThen:\n\n1. a\n2. b\n7. `c`\n\n---'],
    ['fenced code', 'Look:\n```ts\nlet x = a[1] | ~b & <c> \\\n\n  *y* @z\n```\nSo.'],
    ['links', 'See [the $BTC page](/market/btc?a=1#b), [out](https://a.example/x_y).'],
    ['emphasis before a mark', '(a **b!**), _"c"_.'],
    ['names of code', 'snake_case_name 2_000 `a * b` x'],
  ])('needs no parser for %s', (_name, source) => {
    expect(everydayHtmlOf(source)).toBe(parsedHtmlOf(source))
  })

  it.each([
    ['a table', 'a\n:-:'],
    ['an escape', 'a \\* b'],
    ['an entity', '&lt;'],
    ['HTML', 'a <b>'],
    ['an address', 'see https://a.example'],
    ['an address without protocol', '**WWW.a.example**'],
    ['a mail address', 'a@b.ch'],
    ['an image', '![a](/b)'],
    ['a definition', '[a]: /b\n\n[a]'],
    ['a footnote', '[^a]'],
    ['a task', '- [ ] a'],
    ['a heading closed by marks', '# a #'],
    ['strikethrough', '~a~'],
    ['an underline', 'a\n-'],
    ['a hard break', 'a  \nb'],
    ['a loose list', '- a\n\n- b'],
    ['a list in a list', '- a\n  - b'],
    ['an item of two lines', '- a\nb'],
    ['code that goes on to the end', '```\na'],
    ['nested emphasis', '**a _b_**'],
    ['emphasis in a word', 'a*b*'],
    ['a protocol that could do harm', '[a](javascript:alert)'],
    ['a tab', 'a\tb'],
  ])('leaves %s to the parser', (_name, source) => {
    expect(everydayHtmlOf(source)).toBeUndefined()
  })

  it('makes the same of whatever it makes something of', () => {
    const made = { sources: 0 }
    const same = (source: string) => {
      const html = everydayHtmlOf(source)
      if (html === undefined) return
      made.sources++
      expect(html).toBe(parsedHtmlOf(source))
    }
    fc.assert(fc.property(documents, same), { numRuns: 4_000 })
    // Else this would say nothing.
    expect(made.sources).toBeGreaterThan(400)
  })
})

/** Mostly everyday lines, some with a bit of anything in them. */
const bit = fc.constantFrom(
  ...[
    '*',
    '**',
    '_',
    '__',
    '`',
    '[',
    ']',
    '(',
    ')',
    '](/a)',
    '[a](/b)',
    '[x](https://a.b/c_d)',
    '$BTC',
  ],
  ...[
    'a',
    'b c',
    'é',
    '1',
    '1.',
    '1)',
    '2. ',
    '-',
    '- ',
    '+ ',
    '* ',
    '# ',
    '#',
    '>',
    '> ',
    '=',
    '---',
  ],
  ...[
    '"',
    "'",
    '&',
    '& ',
    '<',
    '< ',
    '!',
    '.',
    ',',
    ':',
    ':-',
    '|',
    '~',
    '\\',
    '@',
    '/',
    '```',
    '^',
    '$',
  ],
  ...[
    '\u00a0',
    '\u2003',
    '\u2028',
    '😀',
    '\ud800',
    '“',
    '—',
    '%',
    '?',
    '\t',
    ' ',
    '  ',
    'http:',
    'www.',
  ],
)
const word = fc.constantFrom(
  ...[
    'a',
    'Bc',
    '$BTC',
    '**b**',
    '**b c**',
    '_d_',
    '*e*',
    '`f`',
    '[g h](/i)',
    '(j)',
    'k_l',
    '"m"',
    '5',
  ],
)
const spoiled = fc.array(bit, { maxLength: 6 }).map(bits => bits.join(''))
const usual = fc.array(word, { minLength: 1, maxLength: 4 }).map(words => words.join(' '))
const text = fc.oneof(
  { weight: 6, arbitrary: usual },
  { weight: 1, arbitrary: spoiled },
  { weight: 1, arbitrary: fc.tuple(usual, spoiled).map(parts => parts.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(usual, spoiled, usual).map(parts => parts.join('')) },
)
const start = fc.constantFrom('', '', '', '# ', '### ', '- ', '- ', '* ', '1. ', '2. ', '1) ')
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(start, text).map(parts => parts.join('')) },
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('```', '```ts', '---', '***', ' ', '===') },
)
const documents = fc.array(line, { maxLength: 8 }).map(lines => lines.join('\n'))
