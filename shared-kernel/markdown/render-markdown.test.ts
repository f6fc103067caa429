import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderMarkdown, summaryOf } from './render-markdown.ts'

const html = (source: string) => renderMarkdown(source).html

describe('renderMarkdown', () => {
  it.each([
    ['# One', '<h2>One</h2>'],
    ['###### Six', '<h2>Six</h2>'],
    ['## A\n\n##### B\n\n### C\n\n# D', '<h2>A</h2>\n<h3>B</h3>\n<h3>C</h3>\n<h2>D</h2>'],
    ['Title\n=====', '<h2>Title</h2>'],
    ['**bold** ~~gone~~', '<p><strong>bold</strong> <del>gone</del></p>'],
    [
      '- [x] sold',
      '<ul>\n<li><span class="task" role="img" aria-label="Done">☑</span> sold</li>\n</ul>',
    ],
  ])('renders %j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })

  it('gives what scrolls by itself the focus, and each table a name of its own', () => {
    const table = '|a|b|\n|-|-:|\n|1|2|\n\n'
    const rendered = html(`${table}${table}\`\`\`ts\nlet x\n\`\`\``)
    expect(rendered).toContain(
      '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>',
    )
    expect(rendered).toContain('aria-label="Table 2"><table>')
    expect(rendered.match(/<\/table><\/div>/g)).toHaveLength(2)
    expect(rendered).toContain('<pre tabindex="0"><code class="language-ts">')
  })

  it.each([
    [
      '[out](https://example.com)',
      '<a href="https://example.com" rel="nofollow ugc noopener">out</a>',
    ],
    [
      'https://example.com',
      '<a href="https://example.com" rel="nofollow ugc noopener">https://example.com</a>',
    ],
    ['[out](//example.com)', '<a href="//example.com" rel="nofollow ugc noopener">out</a>'],
    ['[in](/posts/one)', '<a href="/posts/one">in</a>'],
    ['[bad](javascript:alert(1))', 'bad'],
    ['[bad](data:text/html,x)', 'bad'],
    ['[bad]( javascript&colon;alert(1))', 'bad'],
  ])('links %s with care', (source, expected) => {
    expect(html(source)).toBe(`<p>${expected}</p>`)
  })

  it.each([
    [
      '![a chart](https://i.example/c.png)',
      '<a href="https://i.example/c.png" rel="nofollow ugc noopener">a chart</a>',
    ],
    [
      '![](https://i.example/c.png)',
      '<a href="https://i.example/c.png" rel="nofollow ugc noopener">https://i.example/c.png</a>',
    ],
    ['[![a chart](https://i.example/c.png)](/market)', '<a href="/market">a chart</a>'],
    ['![bad](javascript:alert(1))', 'bad'],
  ])('fetches nothing from strangers for %s', (source, expected) => {
    expect(html(source)).toBe(`<p>${expected}</p>`)
  })

  it('shows HTML as the text it is', () => {
    expect(html('<script>alert(1)</script>')).toBe('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html('a <b onclick="x">b</b>')).toBe(
      '<p>a &lt;b onclick=&quot;x&quot;&gt;b&lt;/b&gt;</p>',
    )
  })
})

describe('cashtags', () => {
  const link = (text: string, coin: string) => `<a class="cash" href="/market/${coin}">${text}</a>`

  it.each([
    ['$BTC', link('$BTC', 'btc')],
    ['$btc!', `${link('$btc', 'btc')}!`],
    ['**$ETH**', `<strong>${link('$ETH', 'eth')}</strong>`],
    ['($A1B2C3D4E5)', `(${link('$A1B2C3D4E5', 'a1b2c3d4e5')})`],
    ['$BTC/$ETH', `${link('$BTC', 'btc')}/$ETH`],
    ['"$BTC" & $ETH', `&quot;${link('$BTC', 'btc')}&quot; &amp; ${link('$ETH', 'eth')}`],
  ])('are found in %s', (source, expected) => {
    expect(html(source)).toBe(`<p>${expected}</p>`)
  })

  it.each([
    '$100',
    '$1INCH',
    'US$BTC',
    '$$BTC',
    '$BTC$',
    '$A1B2C3D4E5F',
    '$BTCé',
    '$ BTC',
    '`$BTC`',
    '\\$BTC',
    '    $BTC',
    '[x $BTC](/y)',
    'https://a.example/$BTC',
    '![$BTC](/y)',
  ])('are not found in %s', source => {
    const rendered = renderMarkdown(source)
    expect(rendered.html).not.toContain('class="cash"')
    expect(rendered.coins).toEqual([])
  })

  it('name the coins once each, in capitals, in the order first seen', () => {
    expect(renderMarkdown('$eth and $BTC\n\n# $ETH $sol').coins).toEqual(['ETH', 'BTC', 'SOL'])
  })

  it('lead where one is told, encoded, and nowhere for coins there are none of', () => {
    const coinHref = (symbol: string) => (symbol === 'BTC' ? '/c?a="b"&s=BTC' : undefined)
    const { html, coins } = renderMarkdown('$BTC $NONE', { coinHref })
    expect(html).toBe('<p><a class="cash" href="/c?a=&quot;b&quot;&amp;s=BTC">$BTC</a> $NONE</p>')
    expect(coins).toEqual(['BTC'])
  })
})

describe('summaries and words', () => {
  it('take prose, without headings, code, tables and footnotes', () => {
    const source =
      '# Title\n\nFirst *one*.[^1]\n\n```\ncode\n```\n\n|a|\n|-|\n|b|\n\n- two & `x`\n\n[^1]: note'
    expect(renderMarkdown(source).summary).toBe('First one. two & x')
  })

  it('end at the end of a word, within the length', () => {
    const summary = summaryOf('word, '.repeat(100), 50)
    expect(summary).toMatch(/^(word, )+word…$/)
    expect(summary.length).toBeLessThanOrEqual(50)
  })

  it('cut text without spaces anywhere, but never a character in two', () => {
    expect(summaryOf('😀'.repeat(20), 10)).toBe('😀😀😀😀…')
  })

  it.each([
    ['One two-three don’t', 3],
    ['', 0],
    ['比特币 price', 4],
    ['# Title\n\n`code` [link](/x)', 3],
  ])('count the words of %j', (source, words) => {
    expect(renderMarkdown(source).words).toBe(words)
  })
})

/** Throws unless every tag is one of ours, closed in order, with attributes of ours and addresses that do no harm. */
function expectSafe(rendered: string): void {
  const names = new Set(
    'a blockquote br code del div em h2 h3 h4 h5 h6 hr li ol p pre section span strong sup table tbody td th thead tr ul'.split(
      ' ',
    ),
  )
  const attributes = new Set(
    'href rel class title id align start scope tabindex role aria-label aria-describedby data-footnotes data-footnote-ref data-footnote-backref'.split(
      ' ',
    ),
  )
  const open: string[] = []
  const rest = rendered.replace(
    /<(\/?)([a-z0-9]+)((?: [a-z-]+="[^"<>]*")*)( \/)?>/g,
    (_tag, slash, name, given, empty) => {
      if (!names.has(name)) throw new Error(`a tag of no ours: ${name}`)
      if (slash) expect(open.pop()).toBe(name)
      else if (!empty) open.push(name)
      for (const [, attribute, value] of given.matchAll(/ ([a-z-]+)="([^"]*)"/g)) {
        if (!attributes.has(attribute)) throw new Error(`an attribute of no ours: ${attribute}`)
        if (attribute === 'href')
          expect(value).toMatch(/^(?:https?:|mailto:|ircs?:|xmpp:|[^:]*$|[^:]*[/?#])/i)
      }
      return ''
    },
  )
  expect(open).toEqual([])
  expect(rest).not.toMatch(/[<>"]/)
}

const fill = (unit: string) => unit.repeat(Math.ceil(40_000 / unit.length)).slice(0, 40_000)
const hostile = [
  '[',
  '![',
  ']',
  '![a]',
  '[a](b)',
  '[a](<b',
  '[a][b]',
  '[a]: b\n',
  '[^a]',
  '*',
  '*a ',
  '*a_ ',
  'a**b',
  '**a *b _c __d ',
  '~a~',
  '`a``',
  '>',
  '> ',
  '- ',
  '1. ',
  '- > 1. ',
  '- a\n',
  '-\n\n',
  '# ',
  '#\n',
  'a\n=',
  '<',
  '<a ',
  '<!--',
  '&',
  '&amp;',
  '\\',
  '\t',
  '\n',
  '|a',
  '|a|b|\n|-|-|\n',
  '- [x] a\n',
  'www.a.b ',
  'http://a',
  'a@a.a',
  '$BTC ',
  '```\n',
  '*[_`![<&~|',
  '\u0000',
].map(fill)
const grown = [
  `${'>'.repeat(20_000)}\n${'a\n'.repeat(10_000)}`,
  `${'- '.repeat(200)}a\n${'b\n'.repeat(19_000)}`,
  `${'[^a]'.repeat(9_000)}\n\n[^a]: x`,
  `${'|a'.repeat(5_000)}\n${'|-'.repeat(5_000)}\n${'|\n'.repeat(10_000)}`,
  `${'['.repeat(20_000)}a${'](b)'.repeat(5_000)}`,
  `<!--\n\`\`\`\n-->\n${']'.repeat(39_000)}`,
  Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth * 2)}- a\n`).join(''),
]

describe('hostile input', () => {
  // The bound on time is the test's own time-out: each took minutes, or gigabytes, with nothing in its way.
  it.each([...hostile, ...grown].map(source => [source.slice(0, 12), source]))(
    'made of %j comes out soon, small and safe',
    (_name, source) => {
      const rendered = html(source)
      expect(rendered.length).toBeLessThan(400_100)
      expectSafe(rendered)
    },
  )

  it('is safe whatever it is made of', () => {
    const bits = fc.constantFrom(
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
        '_',
        '~~',
        '`',
        '```\n',
        '\n',
        '\n\n',
        '    ',
        '- ',
        '1. ',
        '> ',
        '# ',
        '|',
        '|-|-|\n',
        '\\',
        '$',
        'BTC',
        '[^a]',
        '[^a]: ',
        '[x] ',
        ': ',
        'a',
        ' ',
      ],
      ...[
        'javascript:alert(1)',
        'https://a.b',
        'www.a.b',
        'x@y.z',
        '<script>',
        '<img src=x onerror=y>',
        '&#106;',
        '&quot;',
        'data:',
        '\t',
        '\r',
        '\0',
        '\u2028',
        '😀',
        '\ud800',
      ],
    )
    const sources = fc.array(bits, { maxLength: 60 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(sources, source => expectSafe(html(source))),
      { numRuns: 1_000 },
    )
  })

  it('shows honest code as code, however many brackets it has', () => {
    const line = `${'a[b[c]] = d_e_f * g[h];'.repeat(4)}\n`
    const source = `Look:\n\n\`\`\`js\n${line.repeat(300)}\`\`\`\n`
    expect(html(source)).toContain('<code class="language-js">a[b[c]]')
  })

  it('shows a long and dense honest post as Markdown', () => {
    const items = Array.from({ length: 400 }, (_, n) => `- [**item** ${n}](https://a.example/${n})`)
    expect(html(items.join('\n'))).toMatch(/^<ul>/)
  })
})

describe('more columns, cells or addresses than anybody reads', () => {
  const table = (columns: number, rows = '') =>
    `${'|a'.repeat(columns)}|\n${'|-'.repeat(columns)}|\n${rows}\n`

  it.each([
    ['a wide table', table(190), table(250)],
    ['one table of many rows', table(9, '|b\n'.repeat(1_900)), table(9, '|b\n'.repeat(2_300))],
    ['many tables', table(9).repeat(190), table(9).repeat(210)],
    [
      'many rows that are filled up',
      table(90, '|\n'.repeat(90)).repeat(2),
      table(90, '|\n'.repeat(90)).repeat(3),
    ],
    ['a list of links', 'http://a.b '.repeat(900), 'http://a.b '.repeat(1_100)],
    ['a list of people', 'a@b.ch '.repeat(900), 'a@b.ch '.repeat(1_100)],
  ])('are shown as they were typed: %s', (_name, readable, unreadable) => {
    expect(html(readable)).toMatch(/<table>|<a /)
    expect(html(unreadable)).toMatch(/^<pre tabindex="0">/)
  })
})
