// Public answers, kept for as long as the rows they were made from are known to be the same.
import type { Context, Middleware } from 'koa'

interface SharedAnswer {
  readonly state: string
  readonly type: string
  readonly etag: string
  readonly cacheControl: string
  readonly body: string
}

export type SharedAnswers = Map<string, SharedAnswer>

// At most some 50 MB in all. The longest answer of ours, a day in minutes, has about 150,000 characters.
const mostAnswers = 256
const longestAnswer = 192 * 1024
// What is asked with a long query is asked once.
const longestUrl = 300

/** Room for the answers of one app. */
export const createSharedAnswers = (): SharedAnswers => new Map()

/**
 * Gives an answer again to whoever asks the same while `stateOf` says that its rows have not changed. Rows and position
 * change in one transaction, so an answer can't outlive what it shows; whoever has written waits for a later state.
 * Takes only answers that say themselves that they are public. Goes inside the middleware that makes the tags.
 */
export function sharedAnswers(
  answers: SharedAnswers,
  stateOf: () => string | undefined,
): Middleware {
  return async function sharedAnswers(ctx, next) {
    // Looked at before the rows are: they may be newer than this state, never older.
    const state = stateOf()
    if (state === undefined || state === '' || ctx.url.length > longestUrl) return next()
    const known = answers.get(ctx.url)
    if (known?.state === state) return give(ctx, known)
    await next()
    keep(answers, ctx, state)
  }
}

function give(ctx: Context, { type, etag, cacheControl, body }: SharedAnswer): void {
  ctx.set('Cache-Control', cacheControl)
  ctx.set('ETag', etag)
  ctx.type = type
  ctx.body = body
}

function keep(answers: SharedAnswers, ctx: Context, state: string): void {
  const cacheControl = ctx.response.get('Cache-Control')
  const etag = ctx.response.get('ETag')
  const { body } = ctx
  if (ctx.status !== 200 || !cacheControl.startsWith('public') || etag === '') return
  if (typeof body !== 'string' || body.length > longestAnswer) return
  // The oldest goes: maps keep the order in which their keys came.
  answers.delete(ctx.url)
  if (answers.size >= mostAnswers) answers.delete(answers.keys().next().value as string)
  answers.set(ctx.url, { state, type: ctx.response.get('Content-Type'), etag, cacheControl, body })
}
