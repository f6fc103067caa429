// Text that is made to be costly or harmful: its rendering stays safe, and costs what it is long.
import { readdirSync, readFileSync } from 'node:fs'
import { testSize } from '@cryptotalks/platform/testing/test-size'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderMarkdown, tryRenderMarkdown } from './render-markdown.ts'
import { htmlFor, stepsFor } from './step-budget.ts'
import { expectSafe } from './testing/expect-safe.ts'

const longest = 40_000
const fill = (unit: string) =>
  unit.repeat(Math.ceil(longest / Math.max(1, unit.length))).slice(0, longest)

/** What Markdown is made of, and what breaks it. */
const pieces = [
  ...[
    '[',
    ']',
    '(',
    ')',
    '![',
    '](',
    '<',
    '>',
    '"',
    "'",
    '&',
    ';',
    '*',
    '**',
    '_',
    '__',
    '~',
    '~~',
  ],
  ...['`', '``', '```\n', '~~~\n', '\n', '\n\n', '  \n', '\\\n', '    ', '\t', ' ', 'a', 'ab c'],
  ...[
    '- ',
    '+ ',
    '* ',
    '1. ',
    '9) ',
    '> ',
    '>',
    '# ',
    '###### ',
    '#',
    '=',
    '===\n',
    '---\n',
    '***\n',
  ],
  ...['|', '|a|b|\n', '|-|-|\n', '|:-:', '\\', '\\$', '$', '$BTC', '比', '\u0301', '\u200d', '😀'],
  ...['[^a]', '[^a]: ', '[a]', '[a]: ', '[a]: b\n', '[a](b)', '![a](b)', '[a][b]', '[x] ', '[ ] '],
  ...[
    '[a](<b',
    '[a](b "',
    '"c")',
    ': ',
    '<!--',
    '-->',
    '<?',
    '?>',
    '<!X',
    '<![CDATA[',
    ']]>',
    '<a ',
  ],
  ...['<script>', '<img src=x onerror=y>', '<http://a.b>', '<a@b.c>', 'http://', 'https://a.b'],
  ...['http://a_.b_', 'www.', 'www.a.b ', '@', 'x@y.z', 'a.a', 'javascript:alert(1)', 'data:', '.'],
  ...['&amp;', '&#36;', '&#106;', '&quot;', '&a', '\r', '\0', '\u2028', '\ud800', 'א', 'ﾋﾞ', ',!?'],
]

/** Each makes an engine that looks ahead, back or around too often show it. */
const grown = [
  `${'>'.repeat(20_000)}\n${'a\n'.repeat(10_000)}`,
  `${'>'.repeat(90)}\n${'a\n'.repeat(19_900)}`,
  `${'- '.repeat(200)}a\n${'b\n'.repeat(19_000)}`,
  `${'[^a]'.repeat(9_000)}\n\n[^a]: x`,
  `${'|a'.repeat(5_000)}\n${'|-'.repeat(5_000)}\n${'|\n'.repeat(10_000)}`,
  `${'|a'.repeat(1_000)}|\n${'|-'.repeat(1_000)}|\n${'|\n'.repeat(65)}\n`.repeat(9),
  `${'['.repeat(20_000)}a${'](b)'.repeat(5_000)}`,
  `${'['.repeat(19_900)}${']'.repeat(19_900)}\n\n[a]: b`,
  `${'![a'.repeat(10_000)}\n\n[a]: b`,
  `${'!['.repeat(6_000)}a${'](b)'.repeat(6_000)}`,
  `<!--\n\`\`\`\n-->\n${']'.repeat(39_000)}`,
  `http://${'_'.repeat(39_000)}.x.y`,
  `$${'\u0301'.repeat(39_000)}$B`,
  `a ${'<?'.repeat(19_999)}`,
  Array.from({ length: 280 }, (_, length) => '`'.repeat(length)).join(' '),
  Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth * 2)}- a\n`).join(''),
]

const folder = new URL('../../platform/demo-content/posts/', import.meta.url)
const demoPosts = readdirSync(folder).map(name => readFileSync(new URL(name, folder), 'utf8'))

/** Posts as dense as honest people write them. */
const honest: readonly (readonly [string, string])[] = [
  ['prose', demoPosts.join('\n\n').slice(0, longest)],
  [
    'a list of links',
    Array.from({ length: 400 }, (_, n) => `- [**item** ${n}](https://a.example/${n})`).join('\n'),
  ],
  [
    'a table of prices',
    fill(
      `| Coin | Price | Change | Note |\n|---|--:|--:|---|\n${'| $BTC | 64,210 | 1.2% | *up* |\n'.repeat(200)}\n`,
    ),
  ],
  ['a calendar as wide as a year', `${'|1'.repeat(366)}|\n${'|-'.repeat(366)}|\n`],
  ['code without a fence', fill('a[b[c]] = d_e_f * g[h](i, j[0]);  \n')],
  ['cashtags', fill('$BTC $ETH/$SOL ')],
  ['addresses', fill('https://a.example/b?c=d ann@example.org ')],
  ['tasks', fill('- [x] a\n')],
  [
    'mail that was quoted thirty times',
    fill(
      Array.from({ length: 30 }, (_, n) => `${'> '.repeat(n)}some words that were quoted\n`).join(
        '',
      ),
    ),
  ],
  [
    'an outline',
    fill(Array.from({ length: 20 }, (_, n) => `${'  '.repeat(n)}- a thing\n`).join('')),
  ],
  ['notes', Array.from({ length: 900 }, (_, n) => `w[^${n}]\n\n[^${n}]: a note\n\n`).join('')],
]

describe('an honest text', () => {
  it.each(honest)('is shown as Markdown, however dense: %s', (_name, source) => {
    expect(tryRenderMarkdown(source)).toBeDefined()
  })

  it.each([
    ['a line of many quotes', `${'>'.repeat(25)} BUY`],
    ['a rule of dashes', '- '.repeat(60)],
    ['a rule of stars', '* '.repeat(60)],
    ['a far indented line', `a\n${' '.repeat(101)}b`],
    ['201 pipes', '|'.repeat(201)],
    ['quotes in a fence after HTML', `<p>\n\n\`\`\`\n${'>'.repeat(30)}\n\`\`\``],
    ['more lines than one reads', 'a\n'.repeat(4_100)],
    ['a wide table', `${'|a'.repeat(250)}|\n${'|-'.repeat(250)}|\n`],
    ['many tables', '|a|b|\n|-|-|\n|1|\n\n'.repeat(400)],
    ['quotes deeper than any', `${'>'.repeat(200)} deep`],
    ['lists deeper than any', `${'- '.repeat(99)}deep`],
  ])('is shown as Markdown though it holds %s', (_name, line) => {
    const rendered = renderMarkdown(`${line}\n\n**ok** $BTC`).html
    expect(rendered).toMatch(/<strong>ok<\/strong> <a class="cash"/)
    expectSafe(rendered)
  })

  it('loses no words, however deep they stand', () => {
    for (const mark of ['>', '- ', '1. ', '- > '])
      for (const depth of [40, 60, 95, 120, 500])
        expect(renderMarkdown(`${mark.repeat(depth)}words\n\nafter`).html).toMatch(/words.*after/s)
  })
})

describe('hostile input', () => {
  const sources = [...pieces.map(fill), ...grown]
  it.each(sources.map(source => [source.slice(0, 12), source]))(
    'made of %j comes out small and safe',
    (_name, source) => {
      const rendered = renderMarkdown(source).html
      expect(rendered.length).toBeLessThanOrEqual(htmlFor(source.length))
      expectSafe(rendered)
    },
  )

  it('is safe whatever it is made of', () => {
    const sources = fc.array(fc.constantFrom(...pieces), { maxLength: 60 })
    fc.assert(
      fc.property(sources, parts => expectSafe(renderMarkdown(parts.join('')).html)),
      { numRuns: 1_000 },
    )
  })
})

/** The CPU time that rendering takes, in microseconds, at its best of some tries: other processes only add to it. */
function cpuOf(source: string, tries: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let n = 0; n < tries; n++) {
    const before = process.cpuUsage()
    tryRenderMarkdown(source)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, user + system)
  }
  return best
}

describe('the time of rendering', () => {
  // 20 runs take a second or two, 5,000 some minutes.
  const runs = testSize(20, 2_000)
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
  const dense = honest.map(([, source]) => source.repeat(Math.ceil(longest / source.length)))
  const mostOf = (characters: number) =>
    Math.max(...dense.map(source => cpuOf(source.slice(0, characters), 3)))
  const warm = () => {
    for (const source of [...dense, ...dense]) tryRenderMarkdown(source)
  }

  it(`is at most ten times that of an honest text of the same length (SEED=${seed})`, () => {
    warm()
    const honestCpu = mostOf(longest)
    // Repeated, in the middle of something, or closed as often as it was opened.
    const unit = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 })
    const source = fc
      .tuple(unit, unit, unit, fc.constantFrom('fill', 'nest', 'halves'))
      .map(([a, b, c, shape]) => {
        const [one, two, three] = [a.join(''), b.join(''), c.join('')]
        const half = fill(one).slice(0, longest / 2)
        if (shape === 'fill') return fill(one)
        if (shape === 'halves') return half + fill(two).slice(0, longest / 2)
        return `${half.slice(0, longest / 3)}${three}${fill(two).slice(0, longest / 3)}\n\n[a]: b`
      })
    const slow = [...grown, ...pieces.map(fill)]
    const isLinear = (text: string) => {
      let took = cpuOf(text, 1)
      // A collector at work on what others left behind costs once, a slow text each time.
      if (took > 10 * honestCpu) took = cpuOf(text, 10)
      return took <= 10 * honestCpu
    }
    expect(slow.filter(text => !isLinear(text)).map(text => text.slice(0, 20))).toEqual([])
    fc.assert(fc.property(source, isLinear), { numRuns: runs, seed })
  }, 600_000)

  it('is bounded by steps that are the same on any machine', () => {
    expect(stepsFor(longest)).toBeLessThan(2_000_000)
    for (const source of [`${fill('[')}]`, `${fill('![')}]`, grown[0] ?? '', grown[4] ?? ''])
      expect(tryRenderMarkdown(source)).toBeUndefined()
  })
})
