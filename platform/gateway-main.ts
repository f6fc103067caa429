// The gateway as a process.
import { endWhenStalled } from '@cryptotalks/shared-kernel/telemetry/stall-watch'
import { readEnvironment } from './environment.ts'
import { readApiMethods } from './gateway/api-methods.ts'
import { hostRule } from './gateway/host-rule.ts'
import { boundsOf, gatewayEnvironment } from './gateway/settings.ts'
import { startGateway } from './gateway.ts'
import { jsonLog } from './processes/json-log.ts'

endWhenStalled({ name: 'gateway' })
try {
  const settings = readEnvironment(gatewayEnvironment)
  const { HOST: host, OPENAPI_FILE, PUBLIC_URL: publicUrl } = settings
  const log = jsonLog('gateway', settings.LOG_LEVEL)
  const gateway = await startGateway({
    ...boundsOf(settings),
    ...{ host, log },
    port: settings.PORT,
    readSideUrl: settings.READ_SIDE_URL,
    writeSideUrl: settings.WRITE_SIDE_URL,
    trustProxy: settings.TRUST_PROXY === 'true',
    isOurHost: hostRule({ publicUrl, host }),
    ...(OPENAPI_FILE !== undefined && { apiMethods: await readApiMethods(OPENAPI_FILE) }),
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
