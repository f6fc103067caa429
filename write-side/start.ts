// The write side, from start to stop.
import {
  sessionsAreKeptAt,
  sessionsAreNotKept,
} from '@cryptotalks/shared-kernel/http/kept-sessions'
import { listen } from '@cryptotalks/shared-kernel/http/listen'
import { loadRenderer } from '@cryptotalks/shared-kernel/http/pages'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import type { RunningProcess } from '@cryptotalks/shared-kernel/telemetry/run-process'
import { composeWriteSide } from './composition.ts'
import type { Config } from './config.ts'

/** Resolves when it listens, whether its servers can be reached yet or not: it is not ready until they can. */
export async function startWriteSide(config: Config, logger: Logger): Promise<RunningProcess> {
  if (!sessionsAreKeptAt(config.PUBLIC_URL)) logger.warn(sessionsAreNotKept(config.PUBLIC_URL))
  const render = await loadRenderer(config.WEB_DIST)
  const { app, preparation, refused, close } = composeWriteSide({ config, logger, render })
  const server = await listen(app, { host: config.HOST, port: config.WRITE_SIDE_PORT })
  const stopping = new AbortController()
  const prepared = preparation.run(stopping.signal).then(() => preparation.watch(stopping.signal))
  return {
    port: server.port,
    refused,
    stop: async () => {
      stopping.abort()
      await Promise.all([server.stop(), prepared])
      await close()
    },
  }
}
