// The probes of a process that has no API of its own: projections, the rates feed.
import Koa from 'koa'
import { isBrokenOff } from '../http/broken-off.ts'
import { type Listening, type ListenOptions, listen } from '../http/listen.ts'
import type { Logger } from '../logging/logger.ts'
import { type ProbeOptions, probeRouter } from './probe-router.ts'

/** Answers the probes on a port; everything else is 404. */
export function startProbeServer(
  options: ProbeOptions & ListenOptions & { readonly logger: Logger },
): Promise<Listening> {
  const { logger } = options
  const app = new Koa()
  // Without a listener Koa prints the error as it is, with whatever the client sent.
  app.on('error', error => {
    if (isBrokenOff(error)) logger.debug({ code: error.code }, 'the client broke off')
    else logger.error({ err: error }, 'a probe could not be answered')
  })
  app.use(probeRouter(options).routes())
  return listen(app, options)
}
