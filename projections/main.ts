// The projections' process: events in, rows out.
import { parseConfig } from '@cryptotalks/shared-kernel/config/parse-config'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { runProcess } from '@cryptotalks/shared-kernel/telemetry/run-process'
import { configSchema } from './config.ts'
import { startProjections } from './start.ts'

const config = parseConfig(configSchema)
const logger = createLogger({ name: 'projections', level: config.LOG_LEVEL })
await runProcess({ logger, start: () => startProjections(config, logger) })
