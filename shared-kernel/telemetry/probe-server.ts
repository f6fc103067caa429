// The probes of a process that has no API of its own: projections, the rates feed.
import Koa from 'koa'
import { type Listening, type ListenOptions, listen } from '../http/listen.ts'
import { type ProbeOptions, probeRouter } from './probe-router.ts'

/** Answers the probes on a port; everything else is 404. */
export function startProbeServer(options: ProbeOptions & ListenOptions): Promise<Listening> {
  const app = new Koa()
  app.use(probeRouter(options).routes())
  return listen(app, options)
}
