// For tests: a gateway with services behind it that tell what they saw, all gone when the test is over.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { type GatewayOptions, startGateway } from '../../gateway.ts'

/** The URL of a service that answers so. */
export async function startService(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A request as a service saw it. */
export interface Seen {
  readonly service: string
  readonly line: string
  readonly body: string
  readonly headers: NodeJS.Dict<string | string[]>
}

/** A service that notes every request, and answers what it saw of it. */
export function echo(service: string, seen: Seen[]): RequestListener {
  return async (request, response) => {
    const body = await text(request).catch(() => undefined)
    if (body === undefined) return
    const line = `${request.method} ${request.url}`
    seen.push({ service, line, body, headers: request.headers })
    response.end(`${service} ${line} ${body}`)
  }
}

export interface TestGateway {
  readonly port: number
  readonly url: string
  /** What both sides saw, in order. */
  readonly seen: Seen[]
}

/** A gateway before two echoes, or other services that `options` name. */
export async function startTestGateway(
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  const seen: Seen[] = []
  const gateway = await startGateway({
    // Closes soon after the last answer: by that `sendRaw` knows that there will be no more.
    ...{ host: '127.0.0.1', port: 0, log: () => {}, idleAtMostMs: 100 },
    ...options,
    readSideUrl: options.readSideUrl ?? (await startService(echo('read', seen))),
    writeSideUrl: options.writeSideUrl ?? (await startService(echo('write', seen))),
  })
  onTestFinished(() => gateway.stop())
  return { port: gateway.port, url: `http://127.0.0.1:${gateway.port}`, seen }
}

/** Sends bytes as they stand; resolves with all that comes back until the gateway closes. */
export async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes, 'latin1')
  return text(socket)
}
