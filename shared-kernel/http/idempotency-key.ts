// The key by which a write that is sent again is known as the same write.
import type { Context } from 'koa'
import { edgeProblem } from './edge-problems.ts'
import { stateOf } from './request-state.ts'

export const idempotencyKeyHeader = 'Idempotency-Key'

// Long enough that a random key is one's own, short enough to keep; visible ASCII survives every proxy and log.
const idempotencyKey = /^[\x21-\x7e]{8,128}$/

/** The key of a write, from its header or its form's hidden field. Throws `bad-idempotency-key`. */
export function idempotencyKeyOf(ctx: Pick<Context, 'get' | 'state'>): string | undefined {
  const header = ctx.get(idempotencyKeyHeader)
  const key = header === '' ? stateOf(ctx).form?.idempotencyKey : header
  if (key === undefined || idempotencyKey.test(key)) return key
  throw edgeProblem('bad-idempotency-key', {
    detail: 'It should be 8 to 128 visible ASCII characters.',
  })
}
