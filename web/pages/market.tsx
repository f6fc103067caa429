// The market: totals, and the coins in any order with figures that stay current in place.
import { createSignal, Show } from 'solid-js'
import type { Ask } from '../api/ask.ts'
import { searchRefusal } from '../api/problem.ts'
import type { CoinList, MarketTotals } from '../api/types.ts'
import { Fresh } from '../components/marks.tsx'
import { SearchHint } from '../components/search-hint.tsx'
import { useNow } from '../live/now.tsx'
import { coinsOf, liveQuotes } from '../live/quotes.ts'
import { CoinTable } from '../market/coin-table.tsx'
import { staleClass } from '../market/freshness.ts'
import { ColumnChoice, Lists } from '../market/market-lists.tsx'
import { type CoinSort, marketHref, marketPath, marketQueryOf } from '../market/market-query.ts'
import { Totals } from '../market/market-totals.tsx'
import { type Quote, quoteOf } from '../market/quote.ts'
import { Pager } from '../talk/pager.tsx'
import { definePage, loadedFrom, type PageArgs, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

interface MarketData {
  /** Why the coins are not those that were searched for. */
  readonly hint: string | null
  readonly quotes: readonly Quote[]
  readonly nextCursor: string | null
  readonly totals: MarketTotals | null
}

async function load(ask: Ask, { query }: PageArgs) {
  const market = marketQueryOf(query)
  const answer = await ask<CoinList>(marketPath(market))
  const hint = searchRefusal(answer) ?? null
  return loadedFrom(
    hint === null ? answer : await ask<CoinList>(marketPath({ ...market, q: '' })),
    (list): MarketData => ({
      hint,
      quotes: list.items.map(quoteOf),
      nextCursor: list.nextCursor,
      totals: list.market,
    }),
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
      <h2>
        <Show when={props.q} fallback="No prices yet">
          No coin called “<bdi>{props.q}</bdi>”
        </Show>
      </h2>
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
  const asked = marketQueryOf(props.args.query)
  const market = props.data.hint === null ? asked : { ...asked, q: '' }
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
      <Lists market={asked} />
      <SearchHint text={props.data.hint} />
      <ColumnChoice market={market} />
      <Show when={quotes().length > 0} fallback={<NoCoins q={market.q} />}>
        <CoinTable
          market={market}
          quotes={quotes()}
          totals={market.q ? null : totals()}
          class={staleClass(totals(), now())}
          caption={`Coins, ${order}.${totals()?.source === 'simulated' ? ' Prices are simulated.' : ''}`}
        />
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
