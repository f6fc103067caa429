// The parts of a form: what went wrong on top, a field with its label, hint and error.
import { createEffect, createSignal, For, type JSX, onMount, Show } from 'solid-js'
import { fieldMessage, type Problem } from '../api/problem.ts'
import { Icon } from '../components/icon.tsx'
import { counter, type Limit, tooLong } from './limits.ts'

/** The summary of what was refused; it takes the focus when it appears. */
export function Summary(props: {
  readonly problem: Problem | null
  readonly title?: string
  /** What the reader can do about it, where the problem's own words can't tell. */
  readonly children?: JSX.Element
}) {
  let box: HTMLDivElement | undefined
  createEffect(() => {
    if (props.problem) box?.focus()
  })
  return (
    <Show when={props.problem} keyed>
      {problem => (
        <div class="note bad" role="alert" tabindex="-1" ref={box}>
          <Icon name="circle-alert" />
          <div>
            <p>
              <b>{props.title ?? problem.title}</b>
            </p>
            <Show when={problem.detail && !problem.errors?.length}>
              <p class="sm dim">{problem.detail}</p>
            </Show>
            {props.children}
            <Show when={problem.errors?.length}>
              <ul class="sm">
                <For each={problem.errors}>
                  {error => (
                    <li>
                      <a href={`#${error.field.split('.')[0]}`}>{error.message}</a>
                    </li>
                  )}
                </For>
              </ul>
            </Show>
          </div>
        </div>
      )}
    </Show>
  )
}

/** Ids and states that tie a control to its hint or error. `own` is what the page itself finds wrong with it. */
export function tie(name: string, problem: Problem | null, hint?: string, own?: string) {
  const message = own ?? fieldMessage(problem ?? undefined, name)
  const described = message || hint ? `${name}-hint` : undefined
  return {
    message,
    described,
    invalid: message ? ('true' as const) : undefined,
  }
}

interface FieldProps {
  readonly name: string
  readonly label: string
  /** At the label's right end. */
  readonly aside?: JSX.Element
  /** How full it is, once its limit is near. */
  readonly counter?: string
  readonly hint?: string
  readonly message: string | undefined
  readonly children: JSX.Element
}

export function Field(props: FieldProps) {
  return (
    <div class="fld">
      <label class="lab" for={props.name}>
        {props.label}{' '}
        <span>
          <Show when={!props.counter}>{props.aside}</Show>
          <span aria-live="polite">{props.counter}</span>
        </span>
      </label>
      {props.children}
      <FieldNote name={props.name} message={props.message} hint={props.hint} />
    </div>
  )
}

export function FieldNote(props: {
  readonly name: string
  readonly message: string | undefined
  readonly hint: string | undefined
}) {
  return (
    <Show
      when={props.message}
      fallback={
        <Show when={props.hint}>
          <p class="hint" id={`${props.name}-hint`}>
            {props.hint}
          </p>
        </Show>
      }
    >
      <p class="err" id={`${props.name}-hint`}>
        <Icon name="circle-alert" />
        {props.message}
      </p>
    </Show>
  )
}

interface InputProps {
  readonly name: string
  readonly label: string
  readonly aside?: JSX.Element
  readonly hint?: string
  readonly problem: Problem | null
  readonly type?: 'text' | 'email' | 'password'
  readonly autocomplete?: string
  readonly value?: string
  readonly minlength?: number
  readonly limit?: Limit
  readonly class?: string
  readonly placeholder?: string
  readonly onInput?: (value: string) => void
}

/** A one-line field that must be filled. */
export function Input(props: InputProps) {
  let field!: HTMLInputElement
  const [text, setText] = createSignal(props.value ?? '')
  createEffect(() => setText(props.value ?? ''))
  // What was typed before the script ran counts too.
  onMount(() => setText(field.value))
  const own = () => props.limit && tooLong(text(), props.limit)
  const ties = () => tie(props.name, props.problem, props.hint, own())
  return (
    <Field
      name={props.name}
      label={props.label}
      aside={props.aside}
      counter={props.limit ? counter(text(), props.limit) : ''}
      {...(props.hint ? { hint: props.hint } : {})}
      message={ties().message}
    >
      <input
        ref={field}
        class={props.class ?? 'in'}
        id={props.name}
        name={props.name}
        type={props.type ?? 'text'}
        dir={props.type ? undefined : 'auto'}
        autocomplete={props.autocomplete}
        value={props.value ?? ''}
        minlength={props.minlength}
        placeholder={props.placeholder}
        aria-invalid={ties().invalid}
        aria-describedby={ties().described}
        onInput={event => {
          setText(event.currentTarget.value)
          props.onInput?.(event.currentTarget.value)
        }}
        required
      />
    </Field>
  )
}
