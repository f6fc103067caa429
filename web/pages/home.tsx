// The first page: the newest posts, with what moves on the market beside them.
import { For, Show } from 'solid-js'
import type { Ask } from '../api/ask.ts'
import type { Coin } from '../api/types.ts'
import { type Quote, quoteOf } from '../market/quote.ts'
import { Movers } from '../talk/movers.tsx'
import { OrderTabs } from '../talk/order-tabs.tsx'
import { Pager } from '../talk/pager.tsx'
import { PostRows } from '../talk/post-rows.tsx'
import {
  busyTags,
  listHref,
  listPath,
  postsPerPage,
  readTalk,
  type TalkList,
  talkList,
} from '../talk/talk-data.ts'
import { counted } from '../text/numbers.ts'
import { definePage, loadedFrom, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'
import { isGuest } from './start.ts'

interface HomeData extends TalkList {
  readonly rising: readonly Quote[]
  readonly falling: readonly Quote[]
}

const movers = 4
const tagsShown = 8
/** More than are shown: the order may have changed since. */
const refreshed = movers * 3
const risingPath = `/api/coins?sort=change24h&order=desc&limit=${refreshed}`
const fallingPath = `/api/coins?sort=change24h&order=asc&limit=${refreshed}`

function mostMoved(coins: readonly Coin[], sign: 1 | -1): readonly Quote[] {
  return [...coins]
    .sort((a, b) => sign * (b.change24h - a.change24h))
    .slice(0, movers)
    .map(quoteOf)
}

async function load(ask: Ask) {
  const [posts, coins] = await readTalk(ask, listPath({ sort: 'new' }))
  const all = coins.ok ? coins.value.items : []
  return loadedFrom(posts, list => ({
    ...talkList(list, coins),
    rising: mostMoved(all, 1),
    falling: mostMoved(all, -1),
  }))
}

function Hail() {
  return (
    <section class="wrap hail" aria-labelledby="hail">
      <div>
        <h1 id="hail">Talk about coins, with the rates beside it and the record kept.</h1>
        <p>
          Each post and each price here is a fact in a log that is only ever added to. Reading needs
          no account.
        </p>
      </div>
      <div>
        <a class="btn pri wide" href="/sign-up">
          Create account
        </a>
        <p class="hint">
          No newsletter. Have an account? <a href="/sign-in">Sign in</a>
        </p>
      </div>
    </section>
  )
}

function BusyTags(props: { readonly data: HomeData }) {
  return (
    <section>
      <h2>
        Busy tags <span class="fresh-less">in the posts shown</span>
      </h2>
      <ul class="list">
        <For each={busyTags(props.data.posts, tagsShown)}>
          {([tag, amount]) => (
            <li>
              <a class="tag" href={listHref({ tag })}>
                {tag}
              </a>
              <span class="push mute n">{counted(amount, 'post')}</span>
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}

function Home(props: ViewProps<HomeData>) {
  return (
    <>
      <PageTitle
        title="Talk"
        description="Posts about cryptocurrencies, with the rates beside the talk."
      />
      <Show when={isGuest()}>
        <Hail />
      </Show>
      <div class="wrap cols">
        <main id="main">
          <div class="head">
            <Show when={!isGuest()} fallback={<h2>Talk</h2>}>
              <h1>Talk</h1>
            </Show>
          </div>
          <OrderTabs
            list={{ sort: 'new' }}
            posts={props.data.posts}
            home="/"
            reload={props.reload}
          />
          <Show when={props.data.posts.length > 0} fallback={<NoPosts />}>
            <PostRows
              posts={props.data.posts}
              marks={props.data.marks}
              sort="new"
              heading={isGuest() ? 'h3' : 'h2'}
            />
            <Pager
              from={1}
              shown={props.data.posts.length}
              order="newest first"
              firstHref={null}
              firstName=""
              nextHref={
                props.data.nextCursor &&
                listHref({ cursor: props.data.nextCursor, from: postsPerPage + 1 })
              }
              nextName="Older"
            />
          </Show>
        </main>
        <aside class="rail" aria-label="Coins and tags">
          <Movers
            title="Rising"
            quotes={props.data.rising}
            path={risingPath}
            more="/market?sort=change24h"
            moreName="All by rise"
          />
          <Movers
            title="Falling"
            quotes={props.data.falling}
            path={fallingPath}
            more="/market?sort=change24h&order=asc"
            moreName="All by fall"
          />
          <Show when={props.data.posts.length > 0}>
            <BusyTags data={props.data} />
          </Show>
        </aside>
      </div>
    </>
  )
}

function NoPosts() {
  return (
    <div class="empty">
      <h3>No posts yet</h3>
      <p>The first one may be yours.</p>
      <a class="btn" href="/posts/new">
        Write a post
      </a>
    </div>
  )
}

export const home = definePage<HomeData>({
  load,
  View: Home,
})
