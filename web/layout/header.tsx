// The head of each page: the mark, where to go, search, and who you are.
import { useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { withQuery } from '../api/ask.ts'
import type { Visitor } from '../api/types.ts'
import { Icon } from '../components/icon.tsx'
import { Avatar } from '../components/marks.tsx'
import { isGuest, useStart } from '../pages/start.ts'
import { useAriaCurrent, useCurrentPage } from './place.ts'
import { SignOut } from './sign-out.tsx'

function Mark() {
  return (
    <svg
      width="24"
      height="24"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d="M12 2.5a9.5 9.5 0 1 1-4.9 17.64L2.6 21.4l1.26-4.5A9.5 9.5 0 0 1 12 2.5Z" />
      <path d="M12 6.6v2.2m0 6.4v2.2" />
      <rect x="9.6" y="8.8" width="4.8" height="6.4" fill="currentColor" stroke="none" rx=".6" />
    </svg>
  )
}

function Guest() {
  const location = useLocation()
  const page = useCurrentPage()
  const back = () => (page().place === 'none' ? null : location.pathname + location.search)
  return (
    <>
      <a class="btn quiet" href={withQuery('/sign-in', { back: back() })}>
        Sign in
      </a>
      <a class="btn only-wide" href="/sign-up">
        Create account
      </a>
    </>
  )
}

function Member(props: { readonly visitor: Visitor }) {
  return (
    <>
      <a class="btn pri write" href="/posts/new">
        <Icon name="pen-line" />
        Write
      </a>
      <details class="menu account">
        <summary class="ico" aria-label="Your account">
          <Avatar userId={props.visitor.id} size="m" />
        </summary>
        <div class="pop">
          <a href={`/users/${encodeURIComponent(props.visitor.username)}`}>
            <Icon name="user" />
            {props.visitor.username}
          </a>
          <hr />
          <SignOut />
        </div>
      </details>
    </>
  )
}

export function Header() {
  const { visitor } = useStart()
  const current = useAriaCurrent()
  return (
    <header class="top">
      <div class="wrap">
        <a class="brand" href="/">
          <Mark />
          Cryptotalks
        </a>
        <nav class="nav" aria-label="Main">
          <a href="/" aria-current={current('talk', '/')}>
            Talk
          </a>
          <a href="/market" aria-current={current('market', '/market')}>
            Market
          </a>
        </nav>
        <search class="find">
          <form action="/posts">
            <Icon name="search" />
            <label class="vh" for="find">
              Search posts
            </label>
            <input
              id="find"
              name="q"
              type="search"
              dir="auto"
              placeholder="Search posts"
              autocomplete="off"
            />
          </form>
        </search>
        <a class="ico find-ico" href="/posts#search" aria-label="Search">
          <Icon name="search" large />
        </a>
        <Show
          when={visitor}
          fallback={
            <Show when={isGuest()}>
              <Guest />
            </Show>
          }
        >
          {member => <Member visitor={member()} />}
        </Show>
      </div>
    </header>
  )
}
