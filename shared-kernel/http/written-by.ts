// Under whose name something was written, so that it never goes out under another: in another tab somebody else may have
// signed in since.
import type { Context } from 'koa'
import { edgeProblem } from './edge-problems.ts'
import { stateOf } from './request-state.ts'
import type { Visitor } from './route.ts'

/** Sent by scripts; a form has the same in its hidden field `writtenBy`. The id of a user. */
export const writtenByHeader = 'Cryptotalks-Written-By'

/** Throws `signed-in-as-another` when the request says that somebody else than its visitor wrote it. */
export function heldToWriter(ctx: Pick<Context, 'get' | 'state'>, { userId }: Visitor): void {
  const writtenBy = ctx.get(writtenByHeader) || stateOf(ctx).form?.writtenBy
  if (!writtenBy || writtenBy === userId) return
  throw edgeProblem('signed-in-as-another', {
    detail:
      'This was written under another account. Nothing was done. Sign in to that one, then send it again.',
  })
}
