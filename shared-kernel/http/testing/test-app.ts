// For tests: an app with these routes, whose log lines can be read.
import type Koa from 'koa'
import { createLogger } from '../../logging/logger.ts'
import { createMetrics, type Metrics } from '../../telemetry/metrics.ts'
import { type AppOptions, createApp } from '../create-app.ts'
import { type RegisterOptions, registerRoutes } from '../register-routes.ts'
import type { Route } from '../route.ts'

export interface TestApp {
  readonly app: Koa
  readonly metrics: Metrics
  readonly logged: readonly Record<string, unknown>[]
}

/** The app, at `https://talks.example`, with its routes' answers verified. */
export function testApp(
  routes: readonly Route[],
  options: Partial<AppOptions> & { readonly register?: RegisterOptions } = {},
): TestApp {
  const logged: Record<string, unknown>[] = []
  const logger = createLogger({
    name: 'test',
    level: 'debug',
    destination: { write: line => void logged.push(JSON.parse(line)) },
  })
  const metrics = createMetrics('test')
  const { register, ...app } = options
  const routers = [registerRoutes(routes, { verifyAnswers: true, ...register })]
  return {
    app: createApp({ logger, metrics, routers, publicUrl: 'https://talks.example', ...app }),
    metrics,
    logged,
  }
}
