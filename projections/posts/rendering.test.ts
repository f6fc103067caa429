import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { given, recorded } from '../testing/projector-spec.ts'
import { postsProjector } from './projector.ts'
import { posts } from './tables.ts'

/** What the versions made of the bodies below: a change of it needs a new version, so add to these and change none. */
const digests: Readonly<Record<number, string>> = {
  2: '010a9b7e080004cb1d32241fd9675b98ceabf440e9f46b0f573c77d0a6c5e380',
}

const bodies = [
  '# Title\n\n###### Six\n\nSetext\n===\n\n## Two',
  '**bold** *it* ***both*** ~~gone~~ ~too~ `code` a\\\nb  \nc &amp; &copy; \\* \\$BTC',
  '- a\n- b\n\n  c\n\n1. one\n2. two\n   - [x] done\n   - [ ] not\n\n5) five',
  '> quoted\n> > twice\n\n---\n\n```js\nlet a = "<b>"\n```\n\n    indented',
  '| a | b |\n|:--|--:|\n| 1 | 2 |\n| 3 |\n\n| c |\n|:-:|\n| \\| |',
  '[in](/posts/a) [out](https://a.example "t") [x](example.org) [y](/robots.txt) [z](javascript:a)',
  '[ref] [text][ref] ![pic](https://a.example/b.png) ![][ref]\n\n[ref]: /b?c=\\$d "title"',
  'https://a.example/(b). www.a.example ann@a.example <https://b.example> <b@c.example>',
  '$BTC/$ETH $btc. $100 US$BTC $BTC很好 比特币$SOL `$BTC` [$BTC](/x)',
  'a[^1] b[^note] c[^1]\n\n[^1]: one\n\n    more\n\n[^note]: two',
  '<div onclick="a">html</div>\n\n<!-- x -->\n\na <b>b</b>',
  'هل حان وقت شراء $BTC؟\n\n- שלום\n\n> سلام',
  `${'['.repeat(5_000)}]`,
]

it('makes of the same text what its version has always made of it', () => {
  const rows = bodies.flatMap((body, index) => {
    const data = { postId: `${index}`, authorId: 'u', title: 'T', slug: 't', body, tags: [] }
    return given(postsProjector, recorded({ type: 'PostPublished', data })).rows(posts)
  })
  const made = rows.map(row => [row.html, row.coins, row.summary, row.words, row.search])
  const digest = createHash('sha256').update(JSON.stringify(made)).digest('hex')
  expect(made).toHaveLength(bodies.length)
  expect({ [postsProjector.version]: digest }).toEqual({
    [postsProjector.version]: digests[postsProjector.version],
  })
})
