// Where a post is written: the editor for members, the way in for everybody else.
import { Show } from 'solid-js'
import { Editor, writingDescription } from '../writing/editor.tsx'
import { definePage, found, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'
import { useStart } from './start.ts'

function GuestView() {
  return (
    <main id="main" class="wrap one">
      <PageTitle title="New post" description={writingDescription} />
      <div class="stack away">
        <h1>New post</h1>
        <p class="dim">
          Writing needs an account, so that readers know who speaks. It takes an e-mail address, a
          name and a password.
        </p>
        <p class="row-x">
          <a class="btn pri" href="/sign-in?back=%2Fposts%2Fnew">
            Sign in to write
          </a>
          <a class="btn" href="/sign-up?back=%2Fposts%2Fnew">
            Create account
          </a>
        </p>
      </div>
    </main>
  )
}

function NewPost(props: ViewProps<object>) {
  return (
    // Whoever was refused keeps what they typed, also when it was because their session had ended.
    <Show when={useStart().visitor || props.refused} fallback={<GuestView />}>
      <Editor {...props} />
    </Show>
  )
}

export const newPost = definePage<object>({
  load: async () => found({}),
  View: NewPost,
})
