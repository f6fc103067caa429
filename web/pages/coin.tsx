// One coin: its price, its line over a range, what is said about it, and its figures.
import { createSignal, For, Show } from 'solid-js'
import { type Ask, askHere, withQuery } from '../api/ask.ts'
import {
  type CoinDetail,
  type History,
  type PostItem,
  type PostList,
  type PricePoint,
  type Range,
  ranges,
} from '../api/types.ts'
import { Icon } from '../components/icon.tsx'
import { Change, Disc, Fresh } from '../components/marks.tsx'
import { every } from '../live/every.ts'
import { useNow } from '../live/now.tsx'
import { mergePoints } from '../market/chart.ts'
import { staleClass } from '../market/freshness.ts'
import { PriceChart, rangeNames } from '../market/price-chart.tsx'
import { PriceTable } from '../market/price-table.tsx'
import { PostRows } from '../talk/post-rows.tsx'
import { compact, price, priceParts } from '../text/numbers.ts'
import { definePage, failed, found, type PageArgs, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

type CoinNow = Omit<CoinDetail, 'sparkline'>

interface CoinData {
  readonly coin: CoinNow
  readonly points: readonly PricePoint[]
  readonly posts: readonly PostItem[]
}

const mostDrawn = 200
const mostRows = 60
const postsShown = 5
const refreshSeconds = 10

const rangeOf = (query: URLSearchParams): Range =>
  ranges.find(range => range === query.get('range')) ?? '24h'
const asTable = (query: URLSearchParams) => query.get('view') === 'table'

const withoutLine = ({ sparkline: _line, ...coin }: CoinDetail): CoinNow => coin

async function load(ask: Ask, { params, query }: PageArgs) {
  const id = encodeURIComponent((params.id ?? '').toLowerCase())
  const [coin, history] = await Promise.all([
    ask<CoinDetail>(`/api/coins/${id}`),
    ask<History>(withQuery(`/api/coins/${id}/history`, { range: rangeOf(query) })),
  ])
  if (!coin.ok) return failed<CoinData>(coin.problem)
  const said = await ask<PostList>(
    withQuery('/api/posts', { q: `$${coin.value.symbol}`, limit: postsShown }),
  )
  const points = history.ok ? history.value.points : []
  return found<CoinData>(
    {
      coin: withoutLine(coin.value),
      points: mergePoints(points, asTable(query) ? mostRows : mostDrawn),
      posts: said.ok ? said.value.items : [],
    },
    coin.position,
  )
}

function CoinHead(props: { readonly coin: CoinNow }) {
  const now = useNow()
  return (
    <>
      <p class="crumb sm">
        <a class="bare" href="/market">
          Market
        </a>{' '}
        <span class="mute">/ {props.coin.rank}</span>
      </p>
      <div class="coinhead">
        <Disc symbol={props.coin.symbol} large />
        <div>
          <h1>
            <bdi>{props.coin.name}</bdi> <bdi class="mute">{props.coin.symbol}</bdi>
          </h1>
          <p>
            <Fresh sample={props.coin} now={now()} />
          </p>
        </div>
      </div>
      <div class={`quote ${staleClass(props.coin, now())}`}>
        <p class="big n">
          {priceParts(props.coin.price)[0]}
          <span>{priceParts(props.coin.price)[1]}</span> <small>USD</small>
        </p>
        <p class="n">
          <Change percent={props.coin.change24h} /> <span class="mute">24 h</span>
        </p>
        <Show when={props.coin.change7d !== null}>
          <p class="n">
            <Change percent={props.coin.change7d} /> <span class="mute">7 d</span>
          </p>
        </Show>
      </div>
    </>
  )
}

function Ranges(props: { readonly id: string; readonly query: URLSearchParams }) {
  const view = () => (asTable(props.query) ? 'table' : null)
  return (
    <div class="tools">
      <nav class="seg" aria-label="Range">
        <For each={ranges}>
          {range => (
            <a
              href={withQuery(`/market/${props.id}`, { range, view: view() })}
              noscroll=""
              aria-current={rangeOf(props.query) === range ? 'true' : undefined}
            >
              {rangeNames[range]}
            </a>
          )}
        </For>
      </nav>
    </div>
  )
}

function Prices(props: { readonly data: CoinData; readonly query: URLSearchParams }) {
  const range = () => rangeOf(props.query)
  const href = (view: string | null) =>
    withQuery(`/market/${props.data.coin.id}`, { range: range(), view })
  return (
    <Show
      when={props.data.points.length > 1}
      fallback={
        <div class="empty">
          <h2>Not enough history yet</h2>
          <p>The line begins with the second price in this range.</p>
        </div>
      }
    >
      <Show
        when={asTable(props.query)}
        fallback={
          <PriceChart
            name={props.data.coin.name}
            points={props.data.points}
            range={range()}
            tableHref={href('table')}
          />
        }
      >
        <PriceTable name={props.data.coin.name} points={props.data.points} chartHref={href(null)} />
      </Show>
    </Show>
  )
}

function Said(props: { readonly data: CoinData }) {
  const symbol = () => props.data.coin.symbol
  return (
    <section class="sec" aria-labelledby="said">
      <div class="head">
        <h2 id="said">
          Said about <bdi>{props.data.coin.name}</bdi>
        </h2>
        <a class="btn" href="/posts/new">
          <Icon name="pen-line" />
          Write about ${symbol()}
        </a>
      </div>
      <Show
        when={props.data.posts.length > 0}
        fallback={<p class="dim gap">Nobody has named ${symbol()} in a post yet.</p>}
      >
        <div class="gap">
          <PostRows posts={props.data.posts} marks={{}} sort="new" heading="h3" />
        </div>
        <p class="after">
          <a href={withQuery('/posts', { q: `$${symbol()}` })}>All posts about ${symbol()}</a>
        </p>
      </Show>
    </section>
  )
}

/** Where the price stands between the day's low and high, in per cent. */
function dayShare({ price, low24h, high24h }: CoinNow): number {
  const span = high24h - low24h
  return span > 0 ? Math.min(100, Math.max(0, ((price - low24h) / span) * 100)) : 50
}

function Figures(props: { readonly coin: CoinNow }) {
  const share = () => `${dayShare(props.coin).toFixed(1)}%`
  return (
    <section>
      <h2>Figures</h2>
      <div class="range">
        <p class="sm mute">Range, 24 h</p>
        <svg
          width="100%"
          height="12"
          role="img"
          aria-label={`The price is ${share()} of the way from the day’s low to its high`}
        >
          <line x2="100%" y1="6" y2="6" />
          <circle cx={share()} cy="6" r="5" />
        </svg>
        <p class="ends n sm">
          <span>{price(props.coin.low24h)}</span>
          <span>{price(props.coin.high24h)}</span>
        </p>
      </div>
      <dl class="figs">
        <div>
          <dt>Market cap</dt>
          <dd>{compact(props.coin.marketCap)}</dd>
        </div>
        <div>
          <dt>Volume, 24 h</dt>
          <dd>{compact(props.coin.volume24h)}</dd>
        </div>
        <div>
          <dt>Rank</dt>
          <dd>{props.coin.rank}</dd>
        </div>
      </dl>
    </section>
  )
}

function Origin(props: { readonly coin: CoinNow }) {
  return (
    <section>
      <h2>Where the price comes from</h2>
      <p class="dim sm para">
        {props.coin.source === 'simulated'
          ? 'A simulated market, marked as such: a seeded walk, not what anybody pays. Each price is an event in the log.'
          : `From ${props.coin.source}. Each price is an event in the log.`}
      </p>
    </section>
  )
}

function CoinView(props: ViewProps<CoinData>) {
  const [coin, setCoin] = createSignal(props.data.coin)
  every(refreshSeconds, async () => {
    const answer = await askHere<CoinDetail>(`/api/coins/${props.data.coin.id}`)
    if (answer.ok) setCoin(withoutLine(answer.value))
  })
  return (
    <div class="wrap cols">
      <PageTitle
        title={`${props.data.coin.name} (${props.data.coin.symbol})`}
        description={`${props.data.coin.name}: price, chart, and what people here say about it.`}
      />
      <main id="main">
        <CoinHead coin={coin()} />
        <Ranges id={props.data.coin.id} query={props.args.query} />
        <Prices data={props.data} query={props.args.query} />
        <Said data={props.data} />
      </main>
      <aside class="rail" aria-label={`About ${props.data.coin.name}`}>
        <Figures coin={coin()} />
        <Origin coin={coin()} />
      </aside>
    </div>
  )
}

export const coin = definePage<CoinData>({
  load,
  View: CoinView,
})
