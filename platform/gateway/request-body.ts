// The body of a request on its way in: at the pace of whoever takes it, but not at any pace of whoever sends it.
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'

export interface BodyOptions {
  readonly leastBytesPerSecond: number
  readonly lookEveryMs: number
  /** The sender is too slow; the body is broken off. */
  readonly onTooSlow: () => void
  /** All of it is here, or no more will come. */
  readonly onOver: () => void
}

/**
 * A stream of the body that may be destroyed without hurt to the client's connection. It breaks off when the client goes
 * away, and when less comes than the bound asks for while we would take more.
 */
export function bodyOf(request: IncomingMessage, options: BodyOptions): PassThrough {
  const { leastBytesPerSecond, lookEveryMs, onTooSlow, onOver } = options
  const body = new PassThrough()
  // Whoever reads it hears of an error; after that, nobody has to.
  body.on('error', () => {})
  let received = 0
  request.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  const least = (leastBytesPerSecond * lookEveryMs) / 1_000
  const look = setInterval(() => {
    // A service that does not take what there is is not the sender's fault.
    if (received < least && !body.writableNeedDrain) {
      body.destroy(new Error('The body came too slowly.'))
      onTooSlow()
    }
    received = 0
  }, lookEveryMs)
  const over = () => {
    clearInterval(look)
    onOver()
  }
  request.once('end', over)
  request.once('close', () => {
    over()
    if (!request.complete) body.destroy(new Error('The client went away.'))
  })
  body.once('close', over)
  request.pipe(body)
  return body
}
