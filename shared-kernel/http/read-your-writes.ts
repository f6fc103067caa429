// How positions travel over HTTP, so that whoever wrote sees the result in the next answer.
import type { Context } from 'koa'
import { type Position, parsePosition } from '../eventsourcing/positions.ts'
import { afterCookie, afterCookieName } from './cookies.ts'
import { edgeProblem } from './edge-problems.ts'

/** Sent with a read: answer from this position on. */
export const afterHeader = 'Cryptotalks-After'
/** Answered by a write: where it stands in the log. Answered by a read: what it reflects. */
export const positionHeader = 'Cryptotalks-Position'
/** Answered by a read that was given although it does not reflect yet what its reader has written: `true`. */
export const behindHeader = 'Cryptotalks-Behind'

/** What a read should reflect. Who asked by the header wants to hear when it can't; the cookie is a courtesy. */
export interface After {
  readonly position: Position
  readonly explicit: boolean
}

/** What the request asks to be read after. Throws `invalid-position` for a header that is none; such a cookie is ignored. */
export function afterOf(ctx: Pick<Context, 'get' | 'cookies'>): After | undefined {
  const header = ctx.get(afterHeader)
  if (header !== '') {
    const position = parsePosition(header)
    if (position === undefined) throw edgeProblem('invalid-position')
    return { position, explicit: true }
  }
  const position = parsePosition(ctx.cookies.get(afterCookieName) ?? '')
  return position === undefined ? undefined : { position, explicit: false }
}

export interface Written {
  readonly position: Position
  readonly revision?: number | bigint
  /** The path of what was made. */
  readonly location?: string
}

/** The headers and cookies of a write's answer, to be spread into it. */
export function written({ position, revision, location }: Written) {
  return {
    headers: {
      [positionHeader]: String(position),
      ...(revision !== undefined && { ETag: `"${revision}"` }),
      ...(location !== undefined && { Location: location }),
    },
    cookies: [afterCookie(position)],
  }
}
