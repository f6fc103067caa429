// The gateway as a process.
import { z } from 'zod'
import { logLevelVariable, portVariable, readEnvironment, urlVariable } from './environment.ts'
import { startGateway } from './gateway.ts'
import { jsonLog } from './processes/json-log.ts'

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: portVariable(8080),
  READ_SIDE_URL: urlVariable(),
  WRITE_SIDE_URL: urlVariable(),
  TRUST_PROXY: z.enum(['true', 'false']).default('false'),
  LOG_LEVEL: logLevelVariable(),
})

try {
  const { HOST, PORT, READ_SIDE_URL, WRITE_SIDE_URL, TRUST_PROXY, LOG_LEVEL } =
    readEnvironment(environment)
  const log = jsonLog('gateway', LOG_LEVEL)
  const gateway = await startGateway({
    host: HOST,
    port: PORT,
    readSideUrl: READ_SIDE_URL,
    writeSideUrl: WRITE_SIDE_URL,
    trustProxy: TRUST_PROXY === 'true',
    log,
  })
  log('info', 'listening', { port: gateway.port })
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    void gateway.stop().then(() => {
      log('info', 'stopped')
      process.exit(0)
    })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
} catch (error) {
  jsonLog('gateway')('fatal', error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
