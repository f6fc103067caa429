// Renders Markdown on threads of its own, within a limit of time, so that no text keeps other requests waiting.
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import type { Refusal } from '@cryptotalks/shared-kernel/eventsourcing/decider'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import { Piscina } from 'piscina'
import type { Busy } from '../commands/refusals.ts'
import { fairQueue } from '../limits/fair-queue.ts'
import type { RenderJob } from './render-worker.ts'

/** Showing the text would take more time than any honest one does. */
export type TooIntricate = Refusal<'text-too-intricate'>

export type Rendered =
  | { readonly kind: 'rendered'; readonly html: string }
  | { readonly kind: 'refused'; readonly refusal: TooIntricate | Busy }

export interface Rendering {
  /** In turn with the texts of others: each `author` has a line of their own. */
  readonly render: (source: string, author: string) => Promise<Rendered>
  readonly close: () => Promise<void>
}

export interface RenderingOptions {
  readonly logger: Logger
  /** The module that a thread runs. It has to be JavaScript: Node 20 runs no TypeScript. */
  readonly worker?: string
  readonly limitMilliseconds?: number
  readonly mostWaiting?: number
}

// The longest post takes some 10 ms, the costliest text that is let through 100; the rest is for a busy machine.
const usualLimitMilliseconds = 2_000
// A thread that was ended or has rested is started anew, in some 200 ms, before its next text begins.
const startMilliseconds = 10_000
// An honest post takes a millisecond or few; a full line of the costliest texts that there are, some ten seconds.
const usualMostWaiting = 256
const threads = Math.max(1, availableParallelism() - 1)
const restMilliseconds = 60_000

// Tests run this file as it stands, and threads what was built of it.
const builtWorker = (): string =>
  fileURLToPath(
    import.meta.url.endsWith('.ts')
      ? new URL('../dist/posts/render-worker.js', import.meta.url)
      : new URL('./render-worker.js', import.meta.url),
  )

/** A pool of threads that start when there is something to render. */
export function createRendering(options: RenderingOptions): Rendering {
  const { logger, worker = builtWorker(), limitMilliseconds = usualLimitMilliseconds } = options
  const { mostWaiting = usualMostWaiting } = options
  const pool = new Piscina<RenderJob, string | undefined>({
    filename: worker,
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: restMilliseconds,
    // Not those of this process, by which tests find sources in the place of what was built.
    execArgv: [],
    // It renders what strangers wrote, and needs no setting and no secret for that.
    env: {},
  })
  // Without a listener, a thread that fails between two texts would end the process.
  pool.on('error', err => logger.error({ err }, 'a rendering thread failed'))
  const inTurn = fairQueue({ atOnce: threads, mostWaiting })

  const onThread = async (source: string): Promise<Rendered> => {
    const { port1: told, port2: begun } = new MessageChannel()
    const stop = new AbortController()
    const stopAfter = (milliseconds: number, reason: 'busy' | 'text-too-intricate') =>
      setTimeout(() => stop.abort(reason), milliseconds)
    let timer = stopAfter(startMilliseconds, 'busy')
    told.once('message', () => {
      clearTimeout(timer)
      timer = stopAfter(limitMilliseconds, 'text-too-intricate')
    })
    try {
      const job = { source, begun }
      const html = await pool.run(job, { transferList: [begun], signal: stop.signal })
      return html === undefined ? refused('text-too-intricate') : { kind: 'rendered', html }
    } catch (error) {
      // An abort ends the thread in the middle of its work.
      if (stop.signal.aborted) return refused(stop.signal.reason)
      throw error
    } finally {
      clearTimeout(timer)
      told.close()
    }
  }

  return {
    render: async (source, author) =>
      (await inTurn(author, () => onThread(source))) ?? refused('busy'),
    close: () => pool.destroy(),
  }
}

const refused = (refusal: 'busy' | 'text-too-intricate'): Rendered => ({
  kind: 'refused',
  refusal: { refused: refusal },
})
