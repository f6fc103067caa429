// The life of a process: start, say where it listens, stop cleanly when asked, die loudly when something is wrong.
import type { Logger } from '../logging/logger.ts'
import { endWhenStalled } from './stall-watch.ts'

/** What runs. `stop` lets work under way finish; calling it twice does no harm. */
export interface RunningProcess {
  readonly port: number
  /** Resolves with why it must not go on, should it come to that. */
  readonly refused?: Promise<StartRefused>
  stop(): Promise<void>
}

/**
 * What a process finds must not be worked on. The message is one sentence that says what to do, for whoever starts it
 * to pass on; the code is stable.
 */
export class StartRefused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export interface RunOptions {
  readonly logger: Logger
  readonly start: () => Promise<RunningProcess>
  /** After this long, a stop that hangs is given up, with exit code 1. */
  readonly stopWithinSeconds?: number
  /** Where signals come from and the exit code goes. */
  readonly host?: Pick<NodeJS.Process, 'on' | 'exit'>
}

/**
 * Starts, logs `listening` with the port, and stops on SIGTERM or SIGINT (also one that comes while it starts). An error
 * that nobody handled leaves the process in an unknown state, so it is logged and ends it with code 1: whoever
 * supervises it starts a fresh one; so does an event loop that stands still. A second signal ends it at once.
 */
export async function runProcess(options: RunOptions): Promise<void> {
  const { logger, start, stopWithinSeconds = 10, host = process } = options

  const die = (message: string) => (error: unknown) => {
    if (error instanceof StartRefused) logger.fatal({ refused: error.code }, error.message)
    else logger.fatal({ err: error }, message)
    host.exit(1)
  }
  host.on('uncaughtException', die('uncaught exception'))
  host.on('unhandledRejection', die('unhandled rejection'))

  if (host === process) endWhenStalled({ name: String(logger.bindings().name) })

  let stopping = false
  let running: RunningProcess | undefined
  const stop = async () => {
    if (running === undefined) return
    const overdue = setTimeout(() => {
      die('stop took too long')(new Error(`not stopped within ${stopWithinSeconds} s`))
    }, stopWithinSeconds * 1_000)
    try {
      await running.stop()
      logger.info('stopped')
      host.exit(0)
    } catch (error) {
      die('stop failed')(error)
    } finally {
      clearTimeout(overdue)
    }
  }
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return host.exit(1)
    stopping = true
    logger.info({ signal }, 'stopping')
    void stop()
  }
  host.on('SIGTERM', onSignal)
  host.on('SIGINT', onSignal)

  try {
    running = await start()
  } catch (error) {
    return die('start failed')(error)
  }
  if (stopping) return stop()
  void running.refused?.then(die('refused'))
  logger.info({ port: running.port }, 'listening')
}
