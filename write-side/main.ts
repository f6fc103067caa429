// The write side's process: commands in, events out.
import { parseConfig } from '@cryptotalks/shared-kernel/config/parse-config'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { runProcess } from '@cryptotalks/shared-kernel/telemetry/run-process'
import { configSchema } from './config.ts'
import { startWriteSide } from './start.ts'

const config = parseConfig(configSchema)
const logger = createLogger({ name: 'write-side', level: config.LOG_LEVEL })
await runProcess({ logger, start: () => startWriteSide(config, logger) })
