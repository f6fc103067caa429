// A form that works as a plain post and, with scripts, is sent in place: one key, one busy state, one problem.
import { createSignal } from 'solid-js'
import type { Problem } from '../api/problem.ts'
import type { Refused } from '../pages/page.ts'
import { freshKey, type KeyKeeper, keepKey, type Outcome } from './idempotency.ts'
import { type Limit, tooLong } from './limits.ts'
import { type Sent, send } from './send.ts'

type Failed = Extract<Sent, { ok: false }>

interface FormOptions {
  /** Path of the command API. */
  readonly path: string
  readonly key: string
  readonly refused: Refused | null
  /** The id of the user who fills it in, where it must not go out under another name. */
  readonly writtenBy?: string
  /** What fits into its fields. */
  readonly limits?: readonly Limit[]
  /** The JSON the API takes, from the form's fields. */
  readonly content: (fields: FormData) => unknown
  readonly done: (sent: Extract<Sent, { ok: true }>, fields: FormData) => void
  /** Told before something is sent, and what it is sent under. */
  readonly sending?: (key: string, content: string) => void
  /** Told how it failed; the problem it gives is shown in its stead. */
  readonly failed?: (sent: Failed, outcome: Outcome) => Problem
}

/** A refusal says that nothing was written; a failure, or no answer at all, says nothing. */
function outcomeOf(sent: Sent): Outcome {
  if (sent.ok) return 'written'
  if (sent.problem.status >= 500) return 'unknown'
  return sent.problem.code === 'idempotency-key-reused' ? 'reused' : 'refused'
}

/** What does not fit, as the API would say it. */
function overLimits(fields: FormData, limits: readonly Limit[]): Problem | null {
  const errors = limits.flatMap(limit => {
    const message = tooLong(textOf(fields, limit.field), limit)
    return message ? [{ field: limit.field, code: 'too-long', message }] : []
  })
  if (errors.length === 0) return null
  const code = 'invalid-input'
  return { type: `/problems/${code}`, title: 'This does not fit', status: 422, code, errors }
}

/** Of what never left this device it is known that it was not written. */
const offline: Problem = {
  type: '/problems/offline',
  title: 'This device is offline',
  status: 0,
  code: 'offline',
  detail:
    'It is offline, so nothing was sent. What you wrote stays here; send it once you are online.',
}

/** The handlers and states of one enhanced form. */
export function createForm(options: FormOptions) {
  const [problem, setProblem] = createSignal<Problem | null>(options.refused?.problem ?? null)
  const [busy, setBusy] = createSignal(false)
  const keys: KeyKeeper = keepKey(options.key, freshKey)
  /** Says anew what is wrong, also when it is the same as before. */
  const say = (problem: Problem | null) => {
    setProblem(null)
    setProblem(problem)
  }
  const submit = async (event: SubmitEvent) => {
    const form = event.currentTarget
    if (!(form instanceof HTMLFormElement) || event.submitter?.hasAttribute('formaction')) return
    event.preventDefault()
    if (busy()) return
    const fields = new FormData(form)
    const over = overLimits(fields, options.limits ?? [])
    if (over) {
      say(over)
      return
    }
    if (!navigator.onLine) {
      say(offline)
      return
    }
    setBusy(true)
    const content = JSON.stringify(options.content(fields))
    const key = keys.keyFor(content)
    options.sending?.(key, content)
    const sent = await send(options.path, content, key, options.writtenBy)
    const outcome = outcomeOf(sent)
    keys.ended(outcome)
    if (sent.ok) {
      options.done(sent, fields)
      return
    }
    setBusy(false)
    say(options.failed?.(sent, outcome) ?? sent.problem)
  }
  /** What was typed before a refused post without scripts. */
  const kept = (field: string) => options.refused?.values[field] ?? ''
  return { problem, say, busy, setBusy, submit, kept, keys }
}

/** Text of a field. */
export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name)
  return typeof value === 'string' ? value : ''
}
