// A person: rosette, name, since when, and what they wrote.
import { Show } from 'solid-js'
import { type Ask, withQuery } from '../api/ask.ts'
import type { CoinList, PostList, Profile } from '../api/types.ts'
import { Avatar } from '../components/marks.tsx'
import { PostRows } from '../talk/post-rows.tsx'
import { allCoinsPath, listHref, postsPerPage, type TalkList, talkList } from '../talk/talk-data.ts'
import { counted } from '../text/numbers.ts'
import { date } from '../text/times.ts'
import { definePage, failed, found, type PageArgs, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

interface UserData extends TalkList {
  readonly profile: Profile
}

async function load(ask: Ask, { params }: PageArgs) {
  const author = params.username ?? ''
  const [profile, posts, coins] = await Promise.all([
    ask<Profile>(`/api/users/${encodeURIComponent(author)}`),
    ask<PostList>(withQuery('/api/posts', { author, limit: postsPerPage })),
    ask<CoinList>(allCoinsPath),
  ])
  if (!profile.ok) return failed<UserData>(profile.problem)
  const list = posts.ok ? posts.value : { items: [], nextCursor: null }
  return found<UserData>({ profile: profile.value, ...talkList(list, coins) }, profile.position)
}

function User(props: ViewProps<UserData>) {
  const { profile, posts, marks, nextCursor } = props.data
  return (
    <main id="main" class="wrap one">
      <PageTitle title={profile.username} description={`Posts by ${profile.username}.`} />
      <div class="person">
        <Avatar userId={profile.id} size="xl" />
        <div>
          <h1>{profile.username}</h1>
          <p class="dim">
            Joined {date(new Date(profile.joinedAt))}, {counted(profile.posts, 'post')}
          </p>
        </div>
      </div>
      <Show
        when={posts.length > 0}
        fallback={
          <div class="empty">
            <h2>No posts yet</h2>
            <p>What {profile.username} writes will stand here.</p>
          </div>
        }
      >
        <PostRows posts={posts} marks={marks} sort="new" heading="h2" />
        <Show when={nextCursor}>
          <p class="after">
            <a href={listHref({ author: profile.username })}>All posts by {profile.username}</a>
          </p>
        </Show>
      </Show>
    </main>
  )
}

export const user = definePage<UserData>({
  load,
  View: User,
})
