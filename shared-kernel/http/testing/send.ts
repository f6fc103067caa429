// For tests: sends requests to a Koa app in memory, without a port.

import type Koa from 'koa'
import inject, { type InjectOptions, type Response } from 'light-my-request'

/** Answers as a server would that listened with this app. */
export function send(app: Koa, request: InjectOptions | string): Promise<Response> {
  return inject(app.callback(), request)
}
