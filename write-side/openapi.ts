// Prints this side's part of the OpenAPI document.
import { createOpenApi } from '@cryptotalks/shared-kernel/http/openapi'
import { apiRoutes } from './routes.ts'

const notRun = (): never => {
  throw new Error('Documenting a command does not run it')
}

const routes = apiRoutes({
  register: notRun,
  beginSession: notRun,
  endSession: notRun,
  publish: notRun,
  render: notRun,
  limits: { take: notRun },
  metadata: notRun,
})

const info = { title: 'Cryptotalks', version: '1' }
process.stdout.write(`${JSON.stringify(createOpenApi(routes, info), undefined, 2)}\n`)
