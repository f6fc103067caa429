// What the dock has no room for; the whole menu of a phone, without scripts.
import { Show } from 'solid-js'
import { SignOut } from '../layout/sign-out.tsx'
import { definePage, found, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'
import { isGuest, useStart } from './start.ts'

function GuestLinks() {
  return (
    <>
      <li>
        <a class="bare" href="/sign-in">
          Sign in
        </a>
      </li>
      <li>
        <a class="bare" href="/sign-up">
          Create account
        </a>
      </li>
    </>
  )
}

function More(_props: ViewProps<object>) {
  const { visitor } = useStart()
  return (
    <main id="main" class="wrap one narrow-page">
      <PageTitle title="More" description="Everything else on Cryptotalks." />
      <h1>More</h1>
      <ul class="list gap">
        <Show when={isGuest()}>
          <GuestLinks />
        </Show>
        <Show when={visitor}>
          {member => (
            <li>
              <a class="bare" href={`/users/${encodeURIComponent(member().username)}`}>
                {member().username}
              </a>
              <span class="push mute sm">Your page</span>
            </li>
          )}
        </Show>
        <li>
          <a class="bare" href="/posts">
            All posts
          </a>
        </li>
        <li>
          <a class="bare" href="/posts?sort=title">
            Posts by title
          </a>
        </li>
        <li>
          <a class="bare" href="/docs">
            Developers
          </a>
        </li>
      </ul>
      <Show when={visitor}>
        <section class="gap">
          <SignOut class="btn" />
        </section>
      </Show>
    </main>
  )
}

export const more = definePage<object>({
  load: async () => found({}),
  View: More,
})
