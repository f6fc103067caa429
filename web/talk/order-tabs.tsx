// The orders a list of posts can have, with the bar of new ones at the right end.
import { For, Show } from 'solid-js'
import type { PostItem } from '../api/types.ts'
import { NewPosts } from './new-posts.tsx'
import { type ListQuery, listHref, listPath, type Sort } from './talk-data.ts'

const names: readonly (readonly [Sort, string])[] = [
  ['new', 'New'],
  ['old', 'Old'],
  ['title', 'A to Z'],
]

interface OrderTabsProps {
  readonly list: Partial<ListQuery> & { readonly sort: Sort }
  readonly posts: readonly PostItem[]
  /** The address of "New". */
  readonly home: string
  readonly reload: () => void
}

export function OrderTabs(props: OrderTabsProps) {
  const kept = () => ({
    tag: props.list.tag ?? '',
    q: props.list.q ?? '',
    author: props.list.author ?? '',
  })
  const href = (sort: Sort) => (sort === 'new' ? props.home : listHref({ ...kept(), sort }))
  return (
    <div class="tabrow">
      <nav class="tabs" aria-label="Order">
        <For each={names}>
          {([sort, name]) => (
            <a
              href={href(sort)}
              noscroll=""
              aria-current={sort === props.list.sort ? 'page' : undefined}
            >
              {name}
            </a>
          )}
        </For>
      </nav>
      <Show when={props.list.sort === 'new' && !props.list.cursor}>
        <NewPosts
          shown={props.posts}
          path={listPath({ ...kept(), sort: 'new' })}
          href={props.home}
          reload={props.reload}
        />
      </Show>
    </div>
  )
}
