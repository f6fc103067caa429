// Refusals that any command may meet, and how HTTP tells them.
import type { Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { KeyReused } from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import type { RefusalAnswer, RefusalTable } from '@cryptotalks/shared-kernel/http/refusal'
import type { Stopped } from '../limits/limits.ts'

/** More is waiting for the processor than will be done in time. */
export type Busy = Refusal<'busy'>

export const commonRefusals = {
  'idempotency-key-reused': {
    status: 422,
    title: 'This idempotency key belongs to another request',
    detail: () => 'Repeat a request with the same body, or send a new one under a new key.',
  },
  busy: {
    status: 503,
    title: 'Too much is going on at the moment',
    detail: () => 'Nothing was done. Try again in a moment.',
    headers: () => ({ 'Retry-After': '2' }),
  },
} satisfies RefusalTable<KeyReused | Busy>

/** A limit was reached. */
export type TooMany<Code extends string> = Refusal<Code> & Pick<Stopped, 'retryAfterSeconds'>

/** How a limit that was reached is told: what there was too much of, and how long to wait. */
export const tooMany = (title: string, more = ''): RefusalAnswer<TooMany<string>> => ({
  status: 429,
  title,
  detail: ({ retryAfterSeconds }) =>
    `Wait ${inWords(retryAfterSeconds)} before you try again.${more && ` ${more}`}`,
  headers: ({ retryAfterSeconds }) => ({ 'Retry-After': String(retryAfterSeconds) }),
})

function inWords(seconds: number): string {
  const [count, unit] = seconds < 90 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
