// Refusals that any command may meet, and how HTTP tells them.
import type { Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { KeyReused } from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import type { RefusalTable } from '@cryptotalks/shared-kernel/http/refusal'

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
