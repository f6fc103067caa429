import { describe, expect, it } from 'vitest'
import { renderMarkdown, summaryOf } from './render-markdown.ts'
import { expectSafe } from './testing/expect-safe.ts'

const html = (source: string) => renderMarkdown(source).html
/** Without the directions of blocks, which have a test of their own. */
const undirected = (html: string) => html.replaceAll(/ dir="\w+"/g, '')

describe('renderMarkdown', () => {
  it.each([
    ['# One', '<h2>One</h2>'],
    ['###### Six', '<h2>Six</h2>'],
    ['## A\n\n##### B\n\n### C\n\n# D', '<h2>A</h2>\n<h3>B</h3>\n<h3>C</h3>\n<h2>D</h2>'],
    ['Title\n=====', '<h2>Title</h2>'],
    ['**bold** ~~gone~~ ~too~', '<p><strong>bold</strong> <del>gone</del> <del>too</del></p>'],
    ['~~~ ~~a~ ~b~~', '<pre tabindex="0"><code class="language-~~a~"></code></pre>'],
    ['~~a~ b~~~', '<p>~~a~ b~~~</p>'],
    ['a  \nb\\\nc\n***', '<p>a<br />\nb<br />\nc</p>\n<hr />'],
    [
      '- [x] sold',
      '<ul>\n<li><span class="task" role="img" aria-label="Done">☑</span> sold</li>\n</ul>',
    ],
    [
      '1. [ ] keep\n2. [x]',
      '<ol>\n<li><span class="task" role="img" aria-label="Not done">☐</span> keep</li>\n<li>[x]</li>\n</ol>',
    ],
  ])('renders %j', (source, expected) => {
    expect(undirected(html(source))).toBe(expected)
  })

  it('gives notes numbers by first reference, and ways back from them', () => {
    const rendered = undirected(html('a[^x] b[^y] c[^x]\n\n[^y]: two\n\n    more\n\n[^x]: one'))
    expect(rendered).toContain(
      '<p>a<sup><a href="#user-content-fn-1" id="user-content-fnref-1" data-footnote-ref="" aria-describedby="footnote-label">1</a></sup>',
    )
    expect(rendered).toContain(
      '<li id="user-content-fn-1">\n<p>one <a href="#user-content-fnref-1"',
    )
    expect(rendered).toContain('<a href="#user-content-fnref-1-2"')
    expect(rendered).toMatch(/<li id="user-content-fn-2">\n<p>two<\/p>\n<p>more <a /)
  })

  it.each([
    ['that nobody refers to', 'a\n\n[^x]: note', '<p>a</p>'],
    ['of no definition', 'a[^x]', '<p>a[^x]</p>'],
    ['in code', '`[^x]`\n\n[^x]: note', '<p><code>[^x]</code></p>'],
  ])('makes no section of notes %s', (_which, source, expected) => {
    expect(undirected(html(source))).toBe(expected)
  })

  it('keeps a note in a quote, and the quote whole', () => {
    const rendered = html('> [^x]: > note\n>\n> text[^x]\n\nafter')
    expectSafe(rendered)
    expect(rendered).toMatch(/text<sup>.*after.*note/s)
  })

  it('gives what scrolls by itself the focus, and each table a name of its own', () => {
    const table = '|a|b|\n|-|-:|\n|1|2|\n\n'
    const rendered = html(`${table}${table}\`\`\`ts\nlet x\n\`\`\``)
    expect(rendered).toContain(
      '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>',
    )
    expect(rendered).toContain('aria-label="Table 2"><table>')
    expect(rendered.match(/<\/table><\/div>/g)).toHaveLength(2)
    expect(rendered).toContain('<pre tabindex="0" dir="ltr"><code class="language-ts">')
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
    ['[bad](JAVASCRIPT:alert(1) "x") *on*', 'bad <em>on</em>'],
    ['[a]: javascript:alert(1)\n[bad][a]', 'bad'],
    ['[mail](mailto:a@b.ch)', '<a href="mailto:a@b.ch" rel="nofollow ugc noopener">mail</a>'],
  ])('links %s with care', (source, expected) => {
    expect(undirected(html(source))).toBe(`<p>${expected}</p>`)
  })

  it.each([
    ['[x](https://example.org/?a=\\$b)', 'https://example.org/?a=$b'],
    ['[x](https://example.org/\\*\\_b)', 'https://example.org/*_b'],
    ['[x]\n\n[x]: https://example.org/?a=\\$b', 'https://example.org/?a=$b'],
    ['[x](<https://example.org/?a=\\$b>)', 'https://example.org/?a=$b'],
    ['![x](https://example.org/\\$b.png)', 'https://example.org/$b.png'],
    ['[x](https://example.org/ä)', 'https://example.org/%C3%A4'],
    ['[x](https://example.org/a%20b%)', 'https://example.org/a%20b%25'],
  ])('%s leads to the address as it was meant', (source, href) => {
    expect(html(source)).toContain(`<a href="${href}"`)
  })

  it.each([
    ['[x](example.org)', 'https://example.org'],
    ['[x](www.example.org/a?b#c)', 'https://www.example.org/a?b#c'],
    ['[x](example.org:8080)', 'https://example.org:8080'],
    ['[x]: example.org\n[x]', 'https://example.org'],
    ['[x](ann@example.org)', 'mailto:ann@example.org'],
    ['[x](market)', 'market'],
    ['[x](/posts/example.org)', '/posts/example.org'],
    ['[x](./example.org)', './example.org'],
    ['[x](#example.org)', '#example.org'],
  ])('takes a name of a host for an address of its own: %s', (source, href) => {
    expect(html(source)).toContain(`<a href="${href}"`)
  })

  it.each([
    '/api/openapi.json',
    '/robots.txt',
    '/health/ready',
    '/favicon.svg',
    '/marketing',
    '/posts/../api/openapi.json',
    '/posts/%2e%2e/robots.txt',
  ])('leaves %s, which is no page, to the browser', address => {
    expect(html(`[x](${address})`)).toContain(`<a href="${address}" rel="external">`)
  })

  it.each(['/', '/posts?tag=a', '/market/btc', '/users/ann', '/docs#api', '#top', '?q=a'])(
    'leaves %s to the site’s own pages',
    address => {
      expect(html(`[x](${address})`)).toContain(`<a href="${address}">x</a>`)
    },
  )

  it.each([
    ['https://a.example/b_c_d/_e_', 'https://a.example/b_c_d/_e', '_'],
    ['https://a.example/(b)', 'https://a.example/(b)', ''],
    ['https://a.example/b).', 'https://a.example/b', ').'],
    ['https://a.example/b&amp;', 'https://a.example/b', '&amp;'],
    ['https://a.example/b] c', 'https://a.example/b', '] c'],
    ['https://a.example/比特币。后文', 'https://a.example/比特币', '。后文'],
    ['http://localhost:1/', 'http://localhost:1/', ''],
    ['www.a.example/b', 'www.a.example/b', ''],
    ['a.b-c_d@e.example.', 'a.b-c_d@e.example', '.'],
  ])('finds the address in %s', (source, found, rest) => {
    const rendered = html(source)
    expect(rendered.replace(/<a [^>]*>(.*)<\/a>/, '[$1]')).toBe(
      `<p dir="auto">[${found}]${rest}</p>`,
    )
  })

  it.each([
    'xhttps://a.example',
    'https://_a_',
    '`https://a.example`',
    'a@b',
    '@b.ch',
    'ftp://a.b',
  ])('finds no address in %s', source => {
    expect(html(source)).not.toContain('<a ')
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
    expect(undirected(html(source))).toBe(`<p>${expected}</p>`)
  })

  it('shows HTML as the text it is', () => {
    expect(undirected(html('<script>alert(1)</script>'))).toBe(
      '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>',
    )
    expect(undirected(html('a <b onclick="x">b</b>'))).toBe(
      '<p>a &lt;b onclick=&quot;x&quot;&gt;b&lt;/b&gt;</p>',
    )
  })
})

describe('cashtags', () => {
  // The `$` is part of the address: some coin's id may be another's symbol.
  const link = (text: string, coin: string) => `<a class="cash" href="/market/$${coin}">${text}</a>`

  it.each([
    ['$BTC', link('$BTC', 'btc')],
    ['$btc!', `${link('$btc', 'btc')}!`],
    ['**$ETH**', `<strong>${link('$ETH', 'eth')}</strong>`],
    ['($A1B2C3D4E5)', `(${link('$A1B2C3D4E5', 'a1b2c3d4e5')})`],
    ['$BTC/$ETH', `${link('$BTC', 'btc')}/${link('$ETH', 'eth')}`],
    ['$BTC-$ETH&$SOL', `${link('$BTC', 'btc')}-${link('$ETH', 'eth')}&amp;${link('$SOL', 'sol')}`],
    ['"$BTC" & $ETH', `&quot;${link('$BTC', 'btc')}&quot; &amp; ${link('$ETH', 'eth')}`],
    ['$BTC很好', `${link('$BTC', 'btc')}很好`],
    ['比特币$BTC', `比特币${link('$BTC', 'btc')}`],
    ['$BTCを買う', `${link('$BTC', 'btc')}を買う`],
    ['ビットコイン$BTC', `ビットコイン${link('$BTC', 'btc')}`],
    ['$BTC는', `${link('$BTC', 'btc')}는`],
    ['ซื้อ$BTCแล้ว', `ซื้อ${link('$BTC', 'btc')}แล้ว`],
    ['هل $BTC؟', `هل ${link('$BTC', 'btc')}؟`],
    ['&#36;BTC', link('$BTC', 'btc')],
    ['❤️$BTC', `❤️${link('$BTC', 'btc')}`],
  ])('are found in %s', (source, expected) => {
    expect(undirected(html(source))).toBe(`<p>${expected}</p>`)
  })

  it.each([
    '$100',
    '$5k',
    '5$BTC',
    'é$BTC',
    'e\u0301$BTC',
    '$BTCe\u0301',
    '$BTCу',
    '$BTC_x',
    '<https://a.example/$BTC>',
    '[x](/y "$BTC")',
    '```\n$BTC\n```',
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
    expect(undirected(html)).toBe(
      '<p><a class="cash" href="/c?a=&quot;b&quot;&amp;s=BTC">$BTC</a> $NONE</p>',
    )
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

describe('directions', () => {
  it('follow each block’s own words', () => {
    const source = '# a\n\nb\n\n- c\n\n> d\n\n|e|\n|-|\n|f|'
    for (const tag of ['h2', 'p', 'li', 'blockquote'])
      expect(html(source)).toContain(`<${tag} dir="auto">`)
    expect(html(source)).toContain('<th scope="col" dir="auto">e</th>')
    expect(html(source)).toContain('<td dir="auto">f</td>')
  })

  it('put the marks of lists, the line of a quote and the first column where they are read from', () => {
    const rendered = html('- שלום\n\n  עולם\n\n1. نعم\n\n> سلام\n\n|سعر|b|\n|-|-|\n')
    for (const tag of ['ul', 'ol', 'blockquote', 'table', 'li'])
      expect(rendered).toContain(`<${tag} dir="rtl">`)
    expect(rendered).not.toMatch(/<(?:p|th) dir="rtl">/)
  })

  it('are from the left for code, whatever it says', () => {
    for (const source of ['```\nשלום\n```', '    שלום'])
      expect(html(source)).toBe('<pre tabindex="0" dir="ltr"><code>שלום\n</code></pre>')
  })
})
