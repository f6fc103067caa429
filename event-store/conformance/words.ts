// Words for what tests do with any client: names for streams, and what reads and failures say. It imports no client.
import { randomUUID } from 'node:crypto'

/** A stream name that no other test uses. */
export const aStream = (prefix = 'stream'): string => `${prefix}-${randomUUID()}`

/** `revision:label` of every event that a read gives. */
export async function labels(read: AsyncIterable<Resolved>): Promise<string[]> {
  const out: string[] = []
  for await (const { event } of read) {
    out.push(event ? `${event.revision}:${labelOf(event.data)}` : 'nothing')
  }
  return out
}

interface Resolved {
  readonly event?: { readonly revision: bigint; readonly data: unknown } | undefined
}

const labelOf = (data: unknown): string => (data as { label?: string }).label ?? '?'

/** What a promise rejects with; fails if it doesn't. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<Error & Record<string, unknown>> {
  try {
    await promise
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new Error('It was expected to fail.')
}
