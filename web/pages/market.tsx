// The market: totals, and the coins in any order with figures that stay current in place.
import { createSignal, For, Show } from 'solid-js'
import type { Ask } from '../api/ask.ts'
import type { CoinList, MarketTotals } from '../api/types.ts'
import { Icon } from '../components/icon.tsx'
import { Change, Disc, Fresh, Spark } from '../components/marks.tsx'
import { useNow } from '../live/now.tsx'
import { coinsOf, liveQuotes } from '../live/quotes.ts'
import { staleClass } from '../market/freshness.ts'
import {
  type CoinSort,
  type Column,
  type MarketQuery,
  marketHref,
  marketPath,
  marketQueryOf,
  sortHref,
} from '../market/market-query.ts'
import { type Quote, quoteOf } from '../market/quote.ts'
import { Pager } from '../talk/pager.tsx'
import { compact, count, counted, price } from '../text/numbers.ts'
import { definePage, loadedFrom, type PageArgs, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

interface MarketData {
  readonly quotes: readonly Quote[]
  readonly nextCursor: string | null
  readonly totals: MarketTotals | null
}

async function load(ask: Ask, { query }: PageArgs) {
  const answer = await ask<CoinList>(marketPath(marketQueryOf(query)))
  return loadedFrom(
    answer,
    (list): MarketData => ({
      quotes: list.items.map(quoteOf),
      nextCursor: list.nextCursor,
      totals: list.market,
    }),
  )
}

function Totals(props: { readonly totals: MarketTotals; readonly quotes: readonly Quote[] }) {
  const bitcoin = () => props.quotes.find(quote => quote.id === 'bitcoin')
  const share = () => ((bitcoin()?.marketCap ?? 0) / props.totals.marketCap) * 100
  const rising = () => props.quotes.filter(quote => quote.change24h > 0).length
  const falling = () => props.quotes.filter(quote => quote.change24h < 0).length
  return (
    <dl class="stats">
      <div>
        <dt>Market cap</dt>
        <dd>{compact(props.totals.marketCap)}</dd>
      </div>
      <div>
        <dt>Volume, 24 h</dt>
        <dd>{compact(props.totals.volume24h)}</dd>
      </div>
      <div>
        <dt>Coins</dt>
        <dd>{count(props.totals.coins)}</dd>
      </div>
      <div>
        <dt>Rising, falling here</dt>
        <dd>
          {rising()}, {falling()}
        </dd>
      </div>
      <Show when={bitcoin()}>
        <div class="only-wide">
          <dt>BTC share</dt>
          <dd>{share().toFixed(1)}%</dd>
        </div>
      </Show>
    </dl>
  )
}

function Lists(props: { readonly market: MarketQuery }) {
  const lists = [
    ['All', '/market', 'rank', 'asc'],
    ['Rising', marketHref({ sort: 'change24h' }), 'change24h', 'desc'],
    ['Falling', marketHref({ sort: 'change24h', order: 'asc' }), 'change24h', 'asc'],
  ] as const
  return (
    <div class="tools">
      <nav class="tabs" aria-label="Lists">
        <For each={lists}>
          {([name, href, sort, order]) => (
            <a
              href={href}
              noscroll=""
              aria-current={
                props.market.sort === sort && props.market.order === order ? 'page' : undefined
              }
            >
              {name}
            </a>
          )}
        </For>
      </nav>
      <search class="find" aria-label="Coins">
        <form action="/market">
          <Icon name="filter" />
          <label class="vh" for="coin-words">
            Find a coin by name or symbol
          </label>
          <input
            id="coin-words"
            name="q"
            type="search"
            value={props.market.q}
            placeholder="Find a coin"
            maxlength="50"
          />
        </form>
      </search>
    </div>
  )
}

const columnNames: readonly (readonly [Column, string])[] = [
  ['24h', '24 h'],
  ['7d', '7 d'],
  ['cap', 'Cap'],
  ['vol', 'Volume'],
]

function ColumnChoice(props: { readonly market: MarketQuery }) {
  return (
    <nav class="seg only-phone colpick" aria-label="Figure shown in the last column">
      <For each={columnNames}>
        {([col, name]) => (
          <a
            href={marketHref({ ...props.market, col })}
            noscroll=""
            aria-current={props.market.col === col ? 'true' : undefined}
          >
            {name}
          </a>
        )}
      </For>
    </nav>
  )
}

interface HeadProps {
  readonly market: MarketQuery
  readonly sort: CoinSort
  readonly name: string
  readonly class: string
}

function SortHead(props: HeadProps) {
  const sorted = () => props.market.sort === props.sort
  const ascending = () => props.market.order === 'asc'
  return (
    <th
      scope="col"
      class={props.class}
      aria-sort={sorted() ? (ascending() ? 'ascending' : 'descending') : undefined}
    >
      <a href={sortHref(props.market, props.sort)} noscroll="">
        {props.name}
        <Show when={sorted()}>
          <Icon name={ascending() ? 'arrow-up' : 'arrow-down'} />
        </Show>
      </a>
    </th>
  )
}

function Heads(props: { readonly market: MarketQuery }) {
  return (
    <thead>
      <tr>
        <th scope="col">
          <span class="vh">Rank</span>
        </th>
        <SortHead market={props.market} sort="name" name="Coin" class="" />
        <SortHead market={props.market} sort="price" name="Price" class="num" />
        <SortHead market={props.market} sort="change24h" name="24 h" class="num c-24h" />
        <th scope="col" class="num c-7d">
          7 d
        </th>
        <SortHead market={props.market} sort="marketCap" name="Market cap" class="num c-cap" />
        <SortHead market={props.market} sort="volume24h" name="Volume, 24 h" class="num c-vol" />
        <th scope="col" class="num c-spark">
          7 days
        </th>
      </tr>
    </thead>
  )
}

function Row(props: { readonly quote: Quote }) {
  return (
    <tr>
      <td>
        <span class="rank n">{props.quote.rank}</span>
      </td>
      <th scope="row">
        <a class="coin" href={`/market/${props.quote.id}`}>
          <Disc symbol={props.quote.symbol} />
          <span>
            <b>{props.quote.name}</b> {props.quote.symbol}
          </span>
        </a>
      </th>
      <td class="num">{price(props.quote.price)}</td>
      <td class="num c-24h">
        <Change percent={props.quote.change24h} />
      </td>
      <td class="num c-7d">
        <Change percent={props.quote.change7d} decimals={1} />
      </td>
      <td class="num c-cap">{compact(props.quote.marketCap)}</td>
      <td class="num c-vol">{compact(props.quote.volume24h)}</td>
      <td class="num c-spark">
        <Spark points={props.quote.spark} percent={props.quote.change7d ?? props.quote.change24h} />
      </td>
    </tr>
  )
}

function Sum(props: { readonly totals: MarketTotals }) {
  return (
    <tfoot>
      <tr>
        <td />
        <th scope="row">All {counted(props.totals.coins, 'coin')}</th>
        <td />
        <td class="c-24h" />
        <td class="c-7d" />
        <td class="num c-cap">{compact(props.totals.marketCap)}</td>
        <td class="num c-vol">{compact(props.totals.volume24h)}</td>
        <td class="c-spark" />
      </tr>
    </tfoot>
  )
}

const orderNames: Readonly<Record<CoinSort, readonly [asc: string, desc: string]>> = {
  rank: ['largest first', 'smallest first'],
  name: ['by name', 'by name, from Z'],
  price: ['cheapest first', 'dearest first'],
  change24h: ['most fallen first', 'most risen first'],
  marketCap: ['smallest first', 'largest first'],
  volume24h: ['least traded first', 'most traded first'],
}

function NoCoins(props: { readonly q: string }) {
  return (
    <div class="empty">
      <h2>{props.q ? `No coin called “${props.q}”` : 'No prices yet'}</h2>
      <p>
        {props.q
          ? 'We looked at names and symbols.'
          : 'The rates feed has not spoken yet. It tries again by itself.'}
      </p>
      <a class="btn" href="/market">
        Show all coins
      </a>
    </div>
  )
}

function Market(props: ViewProps<MarketData>) {
  const market = marketQueryOf(props.args.query)
  const now = useNow()
  const [totals, setTotals] = createSignal(props.data.totals)
  const quotes = liveQuotes(
    props.data.quotes,
    coinsOf(marketPath(market), list => setTotals(list.market)),
  )
  const order = orderNames[market.sort][market.order === 'asc' ? 0 : 1]
  const next = () =>
    props.data.nextCursor &&
    marketHref({ ...market, cursor: props.data.nextCursor, from: market.from + quotes().length })
  return (
    <main id="main" class="wrap one">
      <PageTitle
        title="Market"
        description="Coins by market cap, with their price, change and seven days."
      />
      <div class="head">
        <div>
          <h1>Market</h1>
          <p class="dim sm sub">Prices in US dollars.</p>
        </div>
        <p class="row-x">
          <Fresh sample={totals()} now={now()} />
        </p>
      </div>
      <Show when={totals()}>{totals => <Totals totals={totals()} quotes={quotes()} />}</Show>
      <Lists market={market} />
      <ColumnChoice market={market} />
      <Show when={quotes().length > 0} fallback={<NoCoins q={market.q} />}>
        <table class={`tbl stick mkt col-${market.col} ${staleClass(totals(), now())}`}>
          <caption class="vh">
            Coins, {order}.{totals()?.source === 'simulated' ? ' Prices are simulated.' : ''}
          </caption>
          <Heads market={market} />
          <tbody>
            <For each={quotes()}>{quote => <Row quote={quote} />}</For>
          </tbody>
          <Show when={market.q ? null : totals()}>{totals => <Sum totals={totals()} />}</Show>
        </table>
        <Pager
          from={market.from}
          shown={quotes().length}
          order={order}
          firstHref={market.cursor ? marketHref({ ...market, cursor: '', from: 1 }) : null}
          firstName="First page"
          nextHref={next()}
          nextName="More coins"
        />
      </Show>
    </main>
  )
}

export const market = definePage<MarketData>({
  load,
  View: Market,
})
