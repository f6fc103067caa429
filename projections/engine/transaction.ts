// Transactions on a pipelined connection: statements that need not wait for one another share a round trip.
import type { ClientBase, QueryResult } from 'pg'

/** Waits for all, then throws what failed first: those behind it only tell that the transaction was aborted. */
export async function together<Results extends readonly Promise<unknown>[]>(
  results: readonly [...Results],
): Promise<{ -readonly [I in keyof Results]: Awaited<Results[I]> }> {
  const settled: readonly PromiseSettledResult<unknown>[] = await Promise.allSettled(results)
  const values = settled.map(one => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
  return values as never
}

/** Sends `commit`; throws when Postgres answered with a rollback, as it does after a failed statement. */
export async function commit(client: ClientBase): Promise<void> {
  const { command } = (await client.query('commit')) as QueryResult
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back')
}

/** Ends a failed transaction where the connection still stands; without one Postgres has ended it already. */
export const rollback = (client: ClientBase): Promise<unknown> =>
  client.query('rollback').catch(() => undefined)

/** `begin`, the work, `commit`; or nothing of it. */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work()
    await commit(client)
    return result
  } catch (error) {
    await rollback(client)
    throw error
  }
}
