// The market as a whole, in a line of figures.
import { Show } from 'solid-js'
import type { MarketTotals } from '../api/types.ts'
import { compact, count } from '../text/numbers.ts'
import type { Quote } from './quote.ts'

export function Totals(props: {
  readonly totals: MarketTotals
  readonly quotes: readonly Quote[]
}) {
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
