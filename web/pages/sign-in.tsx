// Opens a session; the same words for a wrong and an unknown account.
import { createSignal, onMount, Show } from 'solid-js'
import { Icon } from '../components/icon.tsx'
import { Input, Summary } from '../forms/fields.tsx'
import { createForm, textOf } from '../forms/form.ts'
import { sameSitePath } from '../forms/same-site.ts'
import { definePage, found, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

function Password(props: {
  readonly problem: ReturnType<ReturnType<typeof createForm>['problem']>
}) {
  const [ready, setReady] = createSignal(false)
  const [shown, setShown] = createSignal(false)
  onMount(() => setReady(true))
  return (
    <div class="peek">
      <Input
        name="password"
        label="Password"
        type={shown() ? 'text' : 'password'}
        autocomplete="current-password"
        problem={props.problem}
      />
      <Show when={ready()}>
        <button
          class="ico"
          type="button"
          aria-label="Show password"
          aria-pressed={shown()}
          onClick={() => setShown(on => !on)}
        >
          <Icon name="eye" />
        </button>
      </Show>
    </div>
  )
}

function SignIn(props: ViewProps<object>) {
  const back = () => sameSitePath(props.args.query.get('back') ?? props.refused?.values.back, '/')
  const { problem, busy, submit, kept } = createForm({
    path: '/api/sessions',
    key: props.formKey,
    refused: props.refused,
    content: fields => ({ login: textOf(fields, 'login'), password: textOf(fields, 'password') }),
    done: () => location.assign(`/signed-in?back=${encodeURIComponent(back())}`),
  })
  return (
    <main id="main" class="wrap one gates single">
      <PageTitle title="Sign in" description="Sign in to Cryptotalks." error={problem() !== null} />
      <section class="gate" aria-labelledby="heading">
        <h1 id="heading">Sign in</h1>
        <Show when={props.args.query.has('joined') && !problem()}>
          <div class="note ok" role="status">
            <Icon name="check" />
            <div>
              <p>
                <b>Your account is ready.</b> Sign in and write.
              </p>
            </div>
          </div>
        </Show>
        <Show when={props.args.query.has('unkept') && !problem()}>
          <div class="note bad" role="alert">
            <Icon name="circle-alert" />
            <div>
              <p>
                <b>Your browser did not keep the session.</b> Name and password were right, but you
                are still a guest here.
              </p>
              <p class="sm dim">
                Where a site's address begins with http and not https, browsers drop what signs you
                in: whoever runs the site has to put TLS in front of it. Otherwise allow cookies for
                this site, then sign in again.
              </p>
            </div>
          </div>
        </Show>
        <Summary problem={problem()} />
        <form method="post" action="/api/sessions" onSubmit={submit}>
          <input type="hidden" name="idempotencyKey" value={props.formKey} />
          <input type="hidden" name="back" value={back()} />
          <Input
            name="login"
            label="E-mail or user name"
            autocomplete="username"
            value={kept('login')}
            problem={problem()}
          />
          <Password problem={problem()} />
          <button class="btn pri wide" type="submit" aria-busy={busy()}>
            {busy() ? 'Signing in' : 'Sign in'}
          </button>
        </form>
        <p class="dim sm tail">
          New here? <a href={`/sign-up?back=${encodeURIComponent(back())}`}>Create an account</a>.
          Reading needs none.
        </p>
      </section>
    </main>
  )
}

export const signIn = definePage<object>({
  load: async () => found({}),
  View: SignIn,
})
