// Looks whether a post, whose sending had no answer, is published after all.
import { askHere, withQuery } from '../api/ask.ts'
import type { Post, PostList } from '../api/types.ts'
import type { SentPost } from './draft.ts'

const looks = 6
const pauseMilliseconds = 2_000
const newest = 5
/** Two clocks, the browser's and the store's, may differ by as much. */
const clocksDiffer = 120_000

export interface FoundPost {
  readonly slug: string
  readonly title: string
}

/** The author's newest post that says just this, if it is there by now. */
async function lookOnce(username: string, sent: SentPost): Promise<FoundPost | null> {
  const wanted = JSON.parse(sent.content) as { readonly title: string; readonly body: string }
  const list = await askHere<PostList>(withQuery('/api/posts', { author: username, limit: newest }))
  for (const { slug, title, publishedAt } of list.ok ? list.value.items : []) {
    if (title !== wanted.title.trim() || Date.parse(publishedAt) < sent.at - clocksDiffer) continue
    const post = await askHere<Post>(`/api/posts/${encodeURIComponent(slug)}`)
    if (post.ok && post.value.body === wanted.body) return { slug, title }
  }
  return null
}

/** Looks several times: what was written shows a moment later. `null` when it was not seen, which proves nothing. */
export async function findPublished(username: string, sent: SentPost): Promise<FoundPost | null> {
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await new Promise(resolve => setTimeout(resolve, pauseMilliseconds))
    const found = await lookOnce(username, sent).catch(() => null)
    if (found) return found
  }
  return null
}
