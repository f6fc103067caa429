// "3 new posts": says that newer ones exist, and brings them when pressed; nothing is inserted by itself.
import { createSignal, Show } from 'solid-js'
import { askHere } from '../api/ask.ts'
import type { PostItem, PostList } from '../api/types.ts'
import { Icon } from '../components/icon.tsx'
import { every } from '../live/every.ts'
import { postsPerPage } from './talk-data.ts'

const lookSeconds = 30

/** How many of the newest posts came after the newest one shown. */
export function countNewer(shown: readonly PostItem[], newest: readonly PostItem[]): number {
  const known = new Set(shown.map(post => post.id))
  const since = Date.parse(shown[0]?.publishedAt ?? '') || 0
  return newest.filter(post => !known.has(post.id) && Date.parse(post.publishedAt) >= since).length
}

/** The words of the bar; a full page of new ones may hide more. */
export function newerWords(amount: number): string {
  if (amount >= postsPerPage) return `${postsPerPage} or more new posts`
  return amount === 1 ? '1 new post' : `${amount} new posts`
}

interface NewPostsProps {
  readonly shown: readonly PostItem[]
  /** The query API's path of this list. */
  readonly path: string
  /** The page's own address. */
  readonly href: string
  readonly reload: () => void
}

export function NewPosts(props: NewPostsProps) {
  const [amount, setAmount] = createSignal(0)
  every(lookSeconds, async () => {
    const answer = await askHere<PostList>(props.path)
    if (answer.ok) setAmount(countNewer(props.shown, answer.value.items))
  })
  const press = (event: MouseEvent) => {
    event.preventDefault()
    props.reload()
    window.scrollTo({ top: 0 })
  }
  return (
    <span class="news" role="status">
      <Show when={amount() > 0}>
        <a class="bar" href={props.href} onClick={press}>
          <Icon name="arrow-up" />
          {newerWords(amount())}
        </a>
      </Show>
    </span>
  )
}
