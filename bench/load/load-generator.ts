// The load process as a measure uses it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { REPOSITORY } from '@cryptotalks/platform/repository'
import type { LoadJob, LoadResult } from './job.ts'

export interface LoadGenerator {
  /** Runs one job; gives answers per second. Throws when a single request failed: then nothing was measured. */
  rate(job: LoadJob): Promise<number>
  stop(): Promise<void>
}

export function startLoadGenerator(): LoadGenerator {
  const child = fork(join(REPOSITORY, 'bench', 'dist', 'load', 'load-process.js'))
  return {
    rate: async job => {
      child.send(job)
      const [answer] = (await once(child, 'message')) as [LoadResult | { readonly error: string }]
      if ('error' in answer) throw new Error(`The load generator failed: ${answer.error}`)
      if (answer.failures > 0 || answer.answered === 0)
        throw new Error(
          `${job.request.kind} on ${job.url}: ${answer.failures} requests failed: ${JSON.stringify(answer.statuses)}`,
        )
      return answer.answered / answer.seconds
    },
    stop: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
