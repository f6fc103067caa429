// Posts as ruled rows: what orders them in the margin, the words, and the time they take on the right.
import { For, Show } from 'solid-js'
import type { PostItem } from '../api/types.ts'
import { Change } from '../components/marks.tsx'
import { useNow } from '../live/now.tsx'
import type { Mark } from '../market/quote.ts'
import { firstLetter, shownTitle } from '../text/first-letter.ts'
import { ageOf, moment, readingTime } from '../text/times.ts'
import { listHref, type Sort } from './talk-data.ts'

interface RowsProps {
  readonly posts: readonly PostItem[]
  readonly marks: Readonly<Record<string, Mark>>
  readonly sort: Sort
  /** Level of the rows' headings. */
  readonly heading: 'h2' | 'h3'
}

function Order(props: { readonly post: PostItem; readonly sort: Sort }) {
  const now = useNow()
  const age = () => ageOf(props.post.publishedAt, now())
  return (
    <Show
      when={props.sort !== 'title'}
      fallback={
        <span class="age n" dir="auto" aria-hidden="true">
          {firstLetter(props.post.title)}
        </span>
      }
    >
      <time
        class="age n"
        datetime={props.post.publishedAt}
        title={moment(new Date(props.post.publishedAt))}
      >
        <span class="vh">Published {age().long}</span>
        <span aria-hidden="true">{age().short}</span>
      </time>
    </Show>
  )
}

export function Who(props: { readonly author: PostItem['author'] }) {
  return (
    <Show when={props.author.username} fallback={<span class="mute">Forgotten person</span>}>
      {name => (
        <a class="who" href={`/users/${encodeURIComponent(name())}`}>
          {name()}
        </a>
      )}
    </Show>
  )
}

export function CoinChip(props: { readonly symbol: string; readonly mark: Mark | undefined }) {
  return (
    <a
      class="chip"
      href={`/market/${props.mark ? encodeURIComponent(props.mark.id) : `$${props.symbol.toLowerCase()}`}`}
    >
      <b>${props.symbol}</b>
      <Show when={props.mark}>{mark => <Change percent={mark().change24h} decimals={1} />}</Show>
    </a>
  )
}

const mostChips = 4

function Row(props: Omit<RowsProps, 'posts'> & { readonly post: PostItem }) {
  const link = () => <a href={`/posts/${props.post.slug}`}>{shownTitle(props.post.title)}</a>
  return (
    <li class="post">
      <Order post={props.post} sort={props.sort} />
      <div>
        <Show when={props.heading === 'h2'} fallback={<h3 dir="auto">{link()}</h3>}>
          <h2 dir="auto">{link()}</h2>
        </Show>
        <p class="lede" dir="auto">
          {props.post.summary}
        </p>
        <p class="meta">
          <Who author={props.post.author} />
          <For each={props.post.coins.slice(0, mostChips)}>
            {symbol => <CoinChip symbol={symbol} mark={props.marks[symbol]} />}
          </For>
          <For each={props.post.tags}>
            {tag => (
              <a class="tag" href={listHref({ tag })}>
                {tag}
              </a>
            )}
          </For>
        </p>
      </div>
      <div class="fig">
        <small>{readingTime(props.post.words)}</small>
      </div>
    </li>
  )
}

export function PostRows(props: RowsProps) {
  return (
    <ol class="ruled end">
      <For each={props.posts}>
        {post => <Row post={post} marks={props.marks} sort={props.sort} heading={props.heading} />}
      </For>
    </ol>
  )
}
