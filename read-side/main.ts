// The read side's process.
import { parseConfig } from '@cryptotalks/shared-kernel/config/parse-config'
import { listen } from '@cryptotalks/shared-kernel/http/listen'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { runProcess } from '@cryptotalks/shared-kernel/telemetry/run-process'
import { compose, services } from './composition.ts'
import { configSchema } from './config.ts'

async function start() {
  const config = parseConfig(configSchema)
  const container = await compose(config)
  const follower = container.get(services.follower)
  const listening = await listen(container.get(services.app), {
    host: config.HOST,
    port: config.READ_SIDE_PORT,
  })
  return {
    port: listening.port,
    async stop() {
      await listening.stop()
      await Promise.all([
        follower.stop(),
        container.get(services.database).destroy(),
        container.get(services.store).close(),
      ])
    },
  }
}

await runProcess({ logger: createLogger({ name: 'read-side' }), start })
