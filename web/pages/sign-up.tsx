// Makes an account: e-mail, user name, password, terms.

import { FieldNote, Input, Summary, tie } from '../forms/fields.tsx'
import { createForm, textOf } from '../forms/form.ts'
import { limits } from '../forms/limits.ts'
import { sameSitePath } from '../forms/same-site.ts'
import { definePage, found, type ViewProps } from './page.ts'
import { PageTitle } from './page-title.tsx'

const nameHint = '3 to 24 letters, digits, _ or . Everybody sees it.'

function Terms() {
  return (
    <details class="terms">
      <summary class="sm">Read the terms</summary>
      <div class="sm dim stack">
        <p>
          Write in your own words, about things you believe to be true. No advertising, no threats.
        </p>
        <p>
          Nothing here is advice to buy or sell. Prices may be simulated; each one names its source.
        </p>
        <p>
          What you publish is kept in a log that is only added to. Your e-mail address is encrypted
          there under a key of your own, and is never shown.
        </p>
      </div>
    </details>
  )
}

function SignUp(props: ViewProps<object>) {
  const back = () => sameSitePath(props.args.query.get('back') ?? props.refused?.values.back, '/')
  const { problem, busy, submit, kept } = createForm({
    path: '/api/users',
    key: props.formKey,
    refused: props.refused,
    limits: [limits.email, limits.username, limits.password],
    content: fields => ({
      email: textOf(fields, 'email'),
      username: textOf(fields, 'username'),
      password: textOf(fields, 'password'),
      acceptTerms: fields.get('acceptTerms') === 'on',
    }),
    done: () => location.assign(`/sign-in?joined=1&back=${encodeURIComponent(back())}`),
  })
  const terms = () => tie('acceptTerms', problem())
  return (
    <main id="main" class="wrap one gates single">
      <PageTitle
        title="Create account"
        description="Make an account to write on Cryptotalks."
        error={problem() !== null}
      />
      <section class="gate" aria-labelledby="heading">
        <h1 id="heading">Create account</h1>
        <Summary problem={problem()} />
        <form method="post" action="/api/users" onSubmit={submit}>
          <input type="hidden" name="idempotencyKey" value={props.formKey} />
          <input type="hidden" name="back" value={back()} />
          <Input
            name="email"
            label="E-mail"
            aside="Never shown"
            type="email"
            autocomplete="email"
            value={kept('email')}
            limit={limits.email}
            placeholder="you@example.org"
            problem={problem()}
          />
          <Input
            name="username"
            label="User name"
            aside="Public"
            autocomplete="username"
            value={kept('username')}
            minlength={3}
            limit={limits.username}
            hint={nameHint}
            problem={problem()}
          />
          <Input
            name="password"
            label="Password"
            aside="8 to 128 characters"
            type="password"
            autocomplete="new-password"
            minlength={8}
            limit={limits.password}
            hint="Long beats clever: four words do well."
            problem={problem()}
          />
          <div class="fld">
            <label class="chk" for="acceptTerms">
              <input
                type="checkbox"
                id="acceptTerms"
                name="acceptTerms"
                checked={kept('acceptTerms') === 'on'}
                aria-invalid={terms().invalid}
                aria-describedby={terms().described}
                required
              />
              <span>I accept the terms</span>
            </label>
            <Terms />
            <FieldNote name="acceptTerms" message={terms().message} hint={undefined} />
          </div>
          <button class="btn pri wide" type="submit" aria-busy={busy()}>
            {busy() ? 'Creating account' : 'Create account'}
          </button>
        </form>
        <p class="dim sm tail">
          Have an account? <a href={`/sign-in?back=${encodeURIComponent(back())}`}>Sign in</a>.
          Reading needs none.
        </p>
      </section>
    </main>
  )
}

export const signUp = definePage<object>({
  load: async () => found({}),
  View: SignUp,
})
