// Invented posts for looking at the site without a backend.
import type { Post, PostItem, PostList } from '../api/types.ts'

const html = `<p>Every halving brings the same two charts. One shows fees replacing the subsidy any day now. The other shows them never doing so. So I read the blocks instead: 4,032 of them, two weeks’ worth, one at a time.</p>
<p>The short version: fees were <strong>6.4% of what miners earned</strong>, and most of it came from three bad evenings. If you hold <a class="cash" href="/market/$btc">$BTC</a> and care about its security budget, the evenings matter more than the average.</p>
<h2>How I counted</h2>
<p>For each block I summed the coinbase output, took away the subsidy, and put what was left into one of five buckets.</p>
<pre tabindex="0"><code>function bucket(tx: Tx): Bucket {
  if (tx.witness.some(isInscription)) return 'inscription'
  return tx.inputs.length &lt;= 2 ? 'transfer' : 'unknown' // a long line that has to scroll on a phone
}
</code></pre>
<h2>What came out</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>Kind</th><th align="right">Count</th><th align="right">Share</th></tr></thead><tbody><tr><td>Plain transfers</td><td align="right">2,911</td><td align="right">31%</td></tr><tr><td>Exchange batches</td><td align="right">640</td><td align="right">22%</td></tr></tbody></table></div>
<p>Three things surprised me:</p>
<ul><li>Batches pay more than anyone’s folklore says.</li><li>Inscriptions come in storms.</li><li>The cheapest hour of the week is <em>Sunday, 05:00 UTC</em>.</li></ul>
<blockquote><p>A fee market is a queue with a tip jar. Averages tell you about the jar.</p></blockquote>
<p>The script is <a href="https://example.org/" rel="nofollow ugc noopener">here</a>. See also <code>fee-rate.ts</code>.</p>`

type Row = readonly [string, string, string, readonly string[], readonly string[], number]
const rows: readonly Row[] = [
  [
    'Fee markets after the halving: what 4,032 blocks actually say',
    'I read two weeks of blocks one by one and kept a list of the odd ones. Fees were 6.4% of miners’ income, which is less than the loud charts suggest and more than the quiet ones admit.',
    'marrow',
    ['BTC'],
    ['fees', 'mining'],
    3,
  ],
  [
    'A cold-storage routine for people who forget things',
    'No heroics: two envelopes, a calendar entry twice a year, and one rehearsal with a coin you can afford to lose.',
    'old_kettle',
    ['BTC', 'LTC'],
    ['custody'],
    5,
  ],
  [
    'Staking yield is not interest, and the difference cost me',
    'Three things I had filed under “income” that turned out to be dilution, delay and a slashing event.',
    'tidewright',
    ['ETH'],
    ['staking', 'taxes'],
    6,
  ],
  [
    'How to read a stablecoin attestation in ten minutes',
    'Start at the date, not at the total. Then look for the word “approximately”, and count it.',
    'ines.k',
    ['USDC', 'USDT'],
    ['audits', 'how-to'],
    7,
  ],
  [
    'I ran a Monero node on a router for a year',
    'It drew 4.1 W, fell over eleven times, and taught me more about disks than about privacy.',
    'brackish',
    ['XMR'],
    ['nodes'],
    9,
  ],
  [
    'Rollup exit times, measured from a train',
    'Nine withdrawals, four networks, one tunnel. The slowest was not the one I expected.',
    'halfspun',
    ['ARB', 'OP'],
    ['rollups'],
    11,
  ],
  [
    'Ask: how do you record a coin you were paid in and never sold?',
    'Invoice in one currency, paid in another, and now the year is closing. What do you write down, and on which day?',
    'sundial',
    [],
    ['bookkeeping', 'ask'],
    12,
  ],
  [
    'The week in validators: three client bugs and one long night',
    'A short account of who noticed first, who restarted too early, and why the second fix was reverted.',
    'lamplight',
    ['SOL'],
    ['validators', 'weekly'],
    14,
  ],
  [
    'Why my bot lost money in a flat market',
    'Fees, then fees, then a rounding rule. With the whole ledger attached, so that you can laugh along.',
    'quietbase',
    ['ETH', 'SOL'],
    ['trading', 'post-mortem'],
    16,
  ],
  [
    'Bridges, ranked by how they fail',
    'Not by how much they hold. A list of nine failure modes with the shortest honest description I could find for each.',
    'pepperbox',
    ['ETH', 'AVAX'],
    ['bridges', 'security'],
    18,
  ],
  [
    'Order books after midnight: who is still awake?',
    'Depth within 1% of the price falls by half between 23:00 and 04:00 UTC. I plotted ninety nights.',
    'nightdesk',
    ['BTC', 'XRP'],
    ['liquidity', 'fees'],
    30,
  ],
  [
    'A plain-language glossary for my parents, second edition',
    'Forty words, no metaphors about gold or highways.',
    '',
    [],
    ['beginners', 'how-to'],
    1000,
  ],
]

const slugOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** Each title once, then again with a number, so that there is more than one page. */
export function fixturePosts(now: Date): readonly PostItem[] {
  return Array.from({ length: 36 }, (_, index) => {
    const row = rows[index % rows.length] as Row
    const round = Math.floor(index / rows.length)
    const title = round === 0 ? row[0] : `${row[0]} (${round + 1})`
    return {
      id: `post-${index}`,
      slug: slugOf(title),
      title,
      summary: row[1],
      tags: row[4],
      coins: row[3],
      author: { id: `user-${row[2] || 'gone'}`, username: row[2] || null },
      publishedAt: new Date(now.getTime() - (row[5] + round * 50) * 3_600_000).toISOString(),
      words: 180 + index * 90,
      revision: index % 3,
    }
  })
}

/** `GET /api/posts` */
export function listPosts(query: URLSearchParams, now: Date): PostList {
  const words = (query.get('q') ?? '').toLowerCase().replace('$', '')
  const tag = query.get('tag')
  const author = query.get('author')
  const sort = query.get('sort') ?? 'new'
  const found = fixturePosts(now).filter(
    post =>
      (!tag || post.tags.includes(tag)) &&
      (!author || post.author.username === author) &&
      `${post.title} ${post.summary} ${post.coins.join(' ')}`.toLowerCase().includes(words),
  )
  const sorted = found.toSorted((a, b) =>
    sort === 'title'
      ? a.title.localeCompare(b.title)
      : (sort === 'old' ? 1 : -1) * a.publishedAt.localeCompare(b.publishedAt),
  )
  const limit = Number(query.get('limit') ?? 30)
  const start = Number(query.get('cursor') ?? 0)
  return {
    items: sorted.slice(start, start + limit),
    nextCursor: start + limit < sorted.length ? String(start + limit) : null,
  }
}

/** `GET /api/posts/:slug` */
export function findPost(slug: string, now: Date): Post | null {
  const item = fixturePosts(now).find(post => post.slug === slug)
  return item ? { ...item, body: 'Every halving …', html, position: '184219' } : null
}
