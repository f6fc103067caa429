// Which coins of the market are shown: ready-made lists, a search, and on a phone the column.
import { For } from 'solid-js'
import { Icon } from '../components/icon.tsx'
import { type Column, type MarketQuery, marketHref } from './market-query.ts'

export function Lists(props: { readonly market: MarketQuery }) {
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
            dir="auto"
            value={props.market.q}
            placeholder="Find a coin"
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

export function ColumnChoice(props: { readonly market: MarketQuery }) {
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
