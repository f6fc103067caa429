// One post: who wrote it and when, what its first coin costs now, the text, and the state it was drawn from.
import { For, Show } from 'solid-js'
import { type Ask, withQuery } from '../api/ask.ts'
import type { CoinList, Post, PostItem, PostList } from '../api/types.ts'
import { CopyLink } from '../components/copy-link.tsx'
import { Avatar, Change, Fresh } from '../components/marks.tsx'
import { useNow } from '../live/now.tsx'
import { coinsById, liveQuotes } from '../live/quotes.ts'
import { staleClass } from '../market/freshness.ts'
import { type Quote, quoteOf } from '../market/quote.ts'
import { RateRow } from '../talk/movers.tsx'
import { Who } from '../talk/post-rows.tsx'
import { allCoinsPath, listHref } from '../talk/talk-data.ts'
import { shownTitle } from '../text/first-letter.ts'
import { position, price } from '../text/numbers.ts'
import { moment, readingTime } from '../text/times.ts'
import { definePage, failed, found, type PageArgs, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

interface PostData {
  readonly post: Omit<Post, 'body'>
  readonly coins: readonly Quote[]
  readonly more: readonly Pick<PostItem, 'slug' | 'title'>[]
}

const coinsShown = 6
const moreShown = 4

async function othersBy(ask: Ask, post: Post): Promise<PostData['more']> {
  const { username } = post.author
  if (!username) return []
  const path = withQuery('/api/posts', { author: username, limit: moreShown + 1 })
  const answer = await ask<PostList>(path)
  if (!answer.ok) return []
  return answer.value.items
    .filter(other => other.id !== post.id)
    .slice(0, moreShown)
    .map(({ slug, title }) => ({ slug, title }))
}

async function load(ask: Ask, { params }: PageArgs) {
  const [answer, coins] = await Promise.all([
    ask<Post>(`/api/posts/${encodeURIComponent(params.slug ?? '')}`),
    ask<CoinList>(allCoinsPath),
  ])
  if (!answer.ok) return failed<PostData>(answer.problem)
  const { body: _body, ...post } = answer.value
  const bySymbol = new Map(
    (coins.ok ? coins.value.items : []).toReversed().map(coin => [coin.symbol, coin]),
  )
  const named = post.coins
    .slice(0, coinsShown)
    .flatMap(symbol => bySymbol.get(symbol) ?? [])
    .map(quoteOf)
  const more = await othersBy(ask, answer.value)
  return found<PostData>({ post, coins: named, more }, answer.position ?? post.position)
}

function PriceNow(props: { readonly quote: Quote }) {
  const now = useNow()
  return (
    <dl class={`then ${staleClass(props.quote, now())}`}>
      <div>
        <dt>
          <a class="cash" href={`/market/${props.quote.id}`}>
            ${props.quote.symbol}
          </a>{' '}
          now, <Fresh sample={props.quote} now={now()} />
        </dt>
        <dd>{price(props.quote.price)}</dd>
      </div>
      <div>
        <dt>Over 24 hours</dt>
        <dd>
          <Change percent={props.quote.change24h} />
        </dd>
      </div>
    </dl>
  )
}

function Head(props: { readonly post: PostData['post']; readonly quote: Quote | undefined }) {
  return (
    <header>
      <p class="meta">
        <For each={props.post.tags}>
          {tag => (
            <a class="tag" href={listHref({ tag })}>
              {tag}
            </a>
          )}
        </For>
      </p>
      <h1 dir="auto">{shownTitle(props.post.title)}</h1>
      <div class="by">
        <span class="only-phone">
          <Avatar userId={props.post.author.id} size="l" />
        </span>
        <div>
          <p>
            <Who author={props.post.author} />
          </p>
          <p class="folio">
            <time datetime={props.post.publishedAt}>
              {moment(new Date(props.post.publishedAt))}
            </time>
            , {readingTime(props.post.words)}, revision {props.post.revision + 1}
          </p>
        </div>
      </div>
      <Show when={props.quote}>{quote => <PriceNow quote={quote()} />}</Show>
    </header>
  )
}

function Rail(props: { readonly data: PostData; readonly coins: readonly Quote[] }) {
  const now = useNow()
  const author = () => props.data.post.author.username
  return (
    <aside class="rail" aria-label="Coins named and more posts">
      <Show when={props.coins.length > 0}>
        <section>
          <h2>
            Coins named <Fresh sample={props.coins[0]} now={now()} ageOnly />
          </h2>
          <table class={`tbl rates ${staleClass(props.coins[0], now())}`}>
            <caption class="vh">Price and change over 24 hours of the coins named</caption>
            <thead class="vh">
              <tr>
                <th scope="col">Coin</th>
                <th scope="col">7 days</th>
                <th scope="col">Price, change</th>
              </tr>
            </thead>
            <tbody>
              <For each={props.coins}>{quote => <RateRow quote={quote} />}</For>
            </tbody>
          </table>
        </section>
      </Show>
      <Show when={props.data.more.length > 0}>
        <section>
          <h2>More by {author()}</h2>
          <ul class="list">
            <For each={props.data.more}>
              {other => (
                <li>
                  <a class="bare" dir="auto" href={`/posts/${other.slug}`}>
                    {shownTitle(other.title)}
                  </a>
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
    </aside>
  )
}

function PostView(props: ViewProps<PostData>) {
  const { post } = props.data
  const coins = liveQuotes(props.data.coins, coinsById(props.data.coins.map(coin => coin.id)))
  return (
    <div class="wrap cols">
      <PageTitle title={shownTitle(post.title)} description={post.summary} />
      <main id="main">
        <article class="leaf">
          <div class="edge">
            <Avatar userId={post.author.id} size="l" />
          </div>
          <div class="sheet">
            <Head post={post} quote={coins()[0]} />
            <div class="prose" innerHTML={post.html} />
            <footer class="after-post">
              <CopyLink />
              <p class="folio">
                Revision {post.revision + 1}, drawn from the log at position{' '}
                {position(post.position)}.
              </p>
            </footer>
          </div>
        </article>
      </main>
      <Rail data={props.data} coins={coins()} />
    </div>
  )
}

export const post = definePage<PostData>({
  load,
  View: PostView,
})
