// "3 new posts": says that newer ones exist, and brings them when pressed; nothing is inserted by itself.
import { createSignal, Show } from 'solid-js'
import { askHere } from '../api/ask.ts'
import type { PostItem, PostList } from '../api/types.ts'
import { Icon } from '../components/icon.tsx'
import { every } from '../live/every.ts'
import { countNewer, newerWords } from './newer.ts'

const lookSeconds = 30

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
