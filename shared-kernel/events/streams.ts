// The names of streams, `<category>-<id>`, and the categories that read models follow.
import { type ReservedKind, reservedKinds } from './reservations.ts'

/** The one stream of the site itself; its first event says which site this log belongs to. */
export const siteStream = 'site-identity'

export const userStream = (userId: string): string => `user-${userId}`
export const sessionStream = (sessionId: string): string => `session-${sessionId}`
export const postStream = (postId: string): string => `post-${postId}`

/** A name's own stream; `hash` is a keyed hash, since stream names are never erased. */
export const reservationStream = (kind: ReservedKind, hash: string): string => `${kind}-${hash}`

/** A source's samples of one UTC day: a stream that ends, so that none grows without bound. */
export const ratesStream = (source: string, sampledAt: Date): string =>
  `rates-${source}.${sampledAt.toISOString().slice(0, 10)}`

/** The beginnings of all streams of ours: a log without any has never been used. */
export const ourPrefixes = [
  'site-',
  'user-',
  'session-',
  'post-',
  'rates-',
  ...reservedKinds.map(kind => `${kind}-`),
] as const

/** The beginnings of the streams that hold facts for read models. */
export const projectedPrefixes = ['user-', 'session-', 'post-', 'rates-'] as const
