// The list of posts: in any order, of a tag, by an author, or found by words.
import { Show } from 'solid-js'
import type { Ask } from '../api/ask.ts'
import { searchRefusal } from '../api/problem.ts'
import { Icon } from '../components/icon.tsx'
import { SearchHint } from '../components/search-hint.tsx'
import { OrderTabs } from '../talk/order-tabs.tsx'
import { Pager } from '../talk/pager.tsx'
import { PostRows } from '../talk/post-rows.tsx'
import {
  type ListQuery,
  listHref,
  listPath,
  listQueryOf,
  readTalk,
  type TalkList,
  talkList,
} from '../talk/talk-data.ts'
import { definePage, loadedFrom, type PageArgs, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

interface PostsData extends TalkList {
  /** Why the list is not of what was searched for. */
  readonly hint: string | null
}

async function load(ask: Ask, { query }: PageArgs) {
  const list = listQueryOf(query)
  const [posts, coins] = await readTalk(ask, listPath(list))
  const hint = searchRefusal(posts) ?? null
  const shown = hint === null ? posts : (await readTalk(ask, listPath({ ...list, q: '' })))[0]
  return loadedFrom(shown, (list): PostsData => ({ ...talkList(list, coins), hint }))
}

const orders = { new: 'newest first', old: 'oldest first', title: 'by title' } as const

/** What the list is of, in words and in what was asked for: the latter may run from right to left. */
function subject({
  q,
  tag,
  author,
}: ListQuery): readonly [before: string, asked: string, after: string] {
  if (q) return ['Posts with “', q, '”']
  if (tag) return ['#', tag, '']
  if (author) return ['Posts by ', author, '']
  return ['All posts', '', '']
}

function Heading(props: { readonly list: ListQuery; readonly inSentence?: boolean }) {
  const [before, asked, after] = subject(props.list)
  return (
    <>
      {props.inSentence ? before.replace(/^[AP]/, letter => letter.toLowerCase()) : before}
      <bdi>{asked}</bdi>
      {after}
    </>
  )
}

function Search(props: { readonly list: ListQuery }) {
  return (
    <search class="find here" id="search" aria-label="Posts">
      <form action="/posts">
        <Icon name="search" />
        <label class="vh" for="q">
          Words to find in posts
        </label>
        <input
          id="q"
          name="q"
          type="search"
          dir="auto"
          value={props.list.q}
          placeholder="Words in posts"
        />
        <Show when={props.list.tag}>
          <input type="hidden" name="tag" value={props.list.tag} />
        </Show>
        <Show when={props.list.author}>
          <input type="hidden" name="author" value={props.list.author} />
        </Show>
      </form>
    </search>
  )
}

function Filters(props: { readonly list: ListQuery }) {
  const filtered = () => props.list.q || props.list.tag || props.list.author
  return (
    <Show when={filtered()}>
      <p class="dim sm sub">
        <Show when={props.list.q && props.list.tag}>
          Tagged #<bdi>{props.list.tag}</bdi>.{' '}
        </Show>
        <Show when={props.list.author && (props.list.q || props.list.tag)}>
          By <bdi>{props.list.author}</bdi>.{' '}
        </Show>
        <a href="/posts">Show all posts</a>
      </p>
    </Show>
  )
}

function Nothing(props: { readonly list: ListQuery }) {
  return (
    <div class="empty">
      <h2>Nothing found</h2>
      <p>
        We looked for <Heading list={props.list} inSentence />.
        <Show when={props.list.q}> Fewer or shorter words find more.</Show>
      </p>
      <a class="btn" href="/posts">
        Show all posts
      </a>
    </div>
  )
}

function Posts(props: ViewProps<PostsData>) {
  const asked = listQueryOf(props.args.query)
  const list = props.data.hint === null ? asked : { ...asked, q: '' }
  const shown = () => props.data.posts.length
  const next = () =>
    props.data.nextCursor &&
    listHref({ ...list, cursor: props.data.nextCursor, from: list.from + shown() })
  return (
    <div class="wrap one">
      <PageTitle
        title={subject(list).join('')}
        description="Posts about cryptocurrencies by people who follow them."
      />
      <main id="main">
        <div class="head">
          <div>
            <h1>
              <Heading list={list} />
            </h1>
            <Filters list={list} />
            <SearchHint text={props.data.hint} />
          </div>
          <Search list={asked} />
        </div>
        <OrderTabs
          list={list}
          posts={props.data.posts}
          home={listHref({ tag: list.tag, q: list.q, author: list.author })}
          reload={props.reload}
        />
        <Show when={shown() > 0} fallback={<Nothing list={list} />}>
          <PostRows
            posts={props.data.posts}
            marks={props.data.marks}
            sort={list.sort}
            heading="h2"
          />
          <Pager
            from={list.from}
            shown={shown()}
            order={orders[list.sort]}
            firstHref={list.cursor ? listHref({ ...list, cursor: '', from: 1 }) : null}
            firstName={list.sort === 'new' ? 'Newest' : 'First page'}
            nextHref={next()}
            nextName={list.sort === 'new' ? 'Older' : 'Next'}
          />
        </Show>
      </main>
    </div>
  )
}

export const posts = definePage<PostsData>({
  load,
  View: Posts,
})
