// Pages ask the query API without a network: their questions go through the same app, as their visitor would ask them.
import type { RequestListener } from 'node:http'
import { correlationIdHeader } from '@cryptotalks/shared-kernel/http/correlation-id'
import type { AskApi } from '@cryptotalks/shared-kernel/http/pages'
import { stateOf } from '@cryptotalks/shared-kernel/http/request-state'
import { inject } from 'light-my-request'
import { longestWaitMilliseconds } from '../consistency/read-after.ts'

/** Asks `app` with the page's cookies and correlation id. */
export function askInProcess(app: () => RequestListener, now = () => performance.now()): AskApi {
  const startedAt = new WeakMap<object, number>()
  return async (path, ctx) => {
    const since = startedAt.get(ctx) ?? now()
    startedAt.set(ctx, since)
    // One page waits once: what it asks after that time is answered as things stand.
    const mayWait = now() - since < longestWaitMilliseconds
    const cookie = ctx.get('Cookie')
    const answer = await inject(app(), {
      method: 'GET',
      url: path,
      headers: {
        accept: 'application/json',
        [correlationIdHeader]: stateOf(ctx).correlationId,
        ...(cookie !== '' && { cookie }),
        ...(!mayWait && { prefer: 'wait=0' }),
      },
    })
    return new Response(new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers: headersOf(answer.headers),
    })
  }
}

function headersOf(headers: Readonly<Record<string, unknown>>): Headers {
  const given = new Headers()
  for (const [name, value] of Object.entries(headers))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) given.append(name, String(one))
  return given
}
