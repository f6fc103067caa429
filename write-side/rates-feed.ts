// The rates feed's process: an error in it touches neither signing in nor posts.
import { parseConfig } from '@cryptotalks/shared-kernel/config/parse-config'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { runProcess } from '@cryptotalks/shared-kernel/telemetry/run-process'
import { feedConfigSchema } from './rates/feed-config.ts'
import { startFeed } from './rates/start-feed.ts'

const config = parseConfig(feedConfigSchema)
const logger = createLogger({ name: 'rates-feed', level: config.LOG_LEVEL })
await runProcess({ logger, start: () => startFeed(config, logger) })
