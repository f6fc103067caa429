// The coins that rise and fall most, beside the talk.
import { For, Show } from 'solid-js'
import { Change, Disc, Fresh, Spark } from '../components/marks.tsx'
import { useNow } from '../live/now.tsx'
import { coinsOf, liveQuotes, youngest } from '../live/quotes.ts'
import { staleClass } from '../market/freshness.ts'
import type { Quote } from '../market/quote.ts'
import { price } from '../text/numbers.ts'

interface MoversProps {
  readonly title: string
  readonly quotes: readonly Quote[]
  /** The query API's path that refreshes them. */
  readonly path: string
  readonly more: string
  readonly moreName: string
}

export function RateRow(props: { readonly quote: Quote }) {
  return (
    <tr>
      <th scope="row">
        <a class="coin" href={`/market/${props.quote.id}`}>
          <Disc symbol={props.quote.symbol} />
          <b>{props.quote.symbol}</b>
        </a>
      </th>
      <td>
        <Spark points={props.quote.spark} percent={props.quote.change7d ?? props.quote.change24h} />
      </td>
      <td class="num">
        {price(props.quote.price)}
        <br />
        <Change percent={props.quote.change24h} />
      </td>
    </tr>
  )
}

export function Movers(props: MoversProps) {
  const now = useNow()
  const quotes = liveQuotes(props.quotes, coinsOf(props.path))
  return (
    <section>
      <h2>
        {props.title} <Fresh sample={youngest(quotes())} now={now()} ageOnly />
      </h2>
      <Show
        when={quotes().length > 0}
        fallback={<p class="para dim sm">Prices are resting. The talk goes on.</p>}
      >
        <table class={`tbl rates ${staleClass(youngest(quotes()), now())}`}>
          <caption class="vh">{props.title}: price and change over 24 hours</caption>
          <thead class="vh">
            <tr>
              <th scope="col">Coin</th>
              <th scope="col">7 days</th>
              <th scope="col">Price, change</th>
            </tr>
          </thead>
          <tbody>
            <For each={quotes()}>{quote => <RateRow quote={quote} />}</For>
          </tbody>
        </table>
      </Show>
      <p class="after">
        <a href={props.more}>{props.moreName}</a>
      </p>
    </section>
  )
}
