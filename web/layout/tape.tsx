// The rates under the header: six coins, refreshed in place; it does not move.
import { For, Show } from 'solid-js'
import { Change, Fresh } from '../components/marks.tsx'
import { useNow } from '../live/now.tsx'
import { coinsOf, liveQuotes, youngest } from '../live/quotes.ts'
import { staleClass } from '../market/freshness.ts'
import { useStart } from '../pages/start.ts'
import { price } from '../text/numbers.ts'
import { useCurrentPage } from './place.ts'

export const tapeCoins = 6
export const tapePath = `/api/coins?limit=${tapeCoins}`

function Rates() {
  const now = useNow()
  const quotes = liveQuotes(useStart().tape, coinsOf(tapePath))
  return (
    <aside class={`tape ${staleClass(youngest(quotes()), now())}`} aria-label="Rates">
      <div class="wrap">
        <a href="/market">
          <Fresh sample={youngest(quotes())} now={now()} what="market" />
        </a>
        <For each={quotes()}>
          {quote => (
            <a href={`/market/${quote.id}`}>
              <b>{quote.symbol}</b> {price(quote.price)} <Change percent={quote.change24h} />
            </a>
          )}
        </For>
      </div>
    </aside>
  )
}

export function Tape() {
  const page = useCurrentPage()
  return (
    <Show when={page().tape}>
      <Rates />
    </Show>
  )
}
