// A form that works as a plain post and, with scripts, is sent in place: one key, one busy state, one problem.
import { createSignal } from 'solid-js'
import type { Problem } from '../api/problem.ts'
import type { Refused } from '../pages/page.ts'
import { freshKey, keepKey } from './idempotency.ts'
import { type Sent, send } from './send.ts'

interface FormOptions {
  /** Path of the command API. */
  readonly path: string
  readonly key: string
  readonly refused: Refused | null
  /** The id of the user who fills it in, where it must not go out under another name. */
  readonly writtenBy?: string
  /** The JSON the API takes, from the form's fields. */
  readonly content: (fields: FormData) => unknown
  readonly done: (sent: Extract<Sent, { ok: true }>, fields: FormData) => void
}

/** The handlers and states of one enhanced form. */
export function createForm(options: FormOptions) {
  const [problem, setProblem] = createSignal<Problem | null>(options.refused?.problem ?? null)
  const [busy, setBusy] = createSignal(false)
  const keys = keepKey(options.key, freshKey)
  const submit = async (event: SubmitEvent) => {
    const form = event.currentTarget
    if (!(form instanceof HTMLFormElement) || event.submitter?.hasAttribute('formaction')) return
    event.preventDefault()
    if (busy()) return
    setBusy(true)
    const fields = new FormData(form)
    const content = JSON.stringify(options.content(fields))
    const sent = await send(options.path, content, keys.keyFor(content), options.writtenBy)
    if (sent.ok) {
      options.done(sent, fields)
      return
    }
    setBusy(false)
    setProblem(null)
    setProblem(sent.problem)
  }
  /** What was typed before a refused post without scripts. */
  const kept = (field: string) => options.refused?.values[field] ?? ''
  return { problem, busy, submit, kept }
}

/** Text of a field. */
export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name)
  return typeof value === 'string' ? value : ''
}
