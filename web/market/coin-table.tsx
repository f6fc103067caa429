// The table of coins: heads that sort it, a row a coin, the sums below.
import { For, type JSX, Show } from 'solid-js'
import type { MarketTotals } from '../api/types.ts'
import { Icon } from '../components/icon.tsx'
import { Change, Disc, Spark } from '../components/marks.tsx'
import { compact, counted, price } from '../text/numbers.ts'
import { type CoinSort, type MarketQuery, sortHref } from './market-query.ts'
import type { Quote } from './quote.ts'

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
            <b dir="auto">{props.quote.name}</b> <bdi>{props.quote.symbol}</bdi>
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

interface CoinTableProps {
  readonly market: MarketQuery
  readonly quotes: readonly Quote[]
  /** Left out where the table holds only what was searched for. */
  readonly totals: MarketTotals | null
  readonly class: string
  readonly caption: JSX.Element
}

export function CoinTable(props: CoinTableProps) {
  return (
    <table class={`tbl stick mkt col-${props.market.col} ${props.class}`}>
      <caption class="vh">{props.caption}</caption>
      <Heads market={props.market} />
      <tbody>
        <For each={props.quotes}>{quote => <Row quote={quote} />}</For>
      </tbody>
      <Show when={props.totals}>{totals => <Sum totals={totals()} />}</Show>
    </table>
  )
}
