// What ties together all that one request (or one event handled) brings about, carried along by the runtime.
import { AsyncLocalStorage } from 'node:async_hooks'

const correlation = new AsyncLocalStorage<string>()

/** Runs `work`; all that it logs, also after its awaits, carries this correlation id. */
export const withCorrelation = <T>(correlationId: string, work: () => T): T =>
  correlation.run(correlationId, work)

/** The correlation id of the work at hand, if it belongs to any. */
export const currentCorrelationId = (): string | undefined => correlation.getStore()
