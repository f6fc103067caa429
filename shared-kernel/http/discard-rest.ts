// What a client still sends after it was answered is read and thrown away, for a while.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { finished } from 'node:stream'

/** How much more of an answered request is read before its connection is cut. */
export interface DiscardBounds {
  readonly bytes: number
  readonly milliseconds: number
}

const defaultBounds: DiscardBounds = { bytes: 64 * 1024 * 1024, milliseconds: 30_000 }

/**
 * A connection that is closed with unread data is reset, which takes the answer away from a client that is still
 * sending. So once the answer is out, the rest of its request is read, and only then the connection goes on, or is
 * closed if that was said. It is cut when a bound is passed.
 */
export function discardRest(
  request: IncomingMessage,
  response: ServerResponse,
  bounds: DiscardBounds = defaultBounds,
): void {
  // Before node's own listener, which throws away without a bound what nobody has begun to read.
  response.prependOnceListener('finish', () => {
    request.unpipe()
    request.resume()
    if (!request.complete && !request.socket.destroyed) discard(request, bounds)
  })
}

function discard(request: IncomingMessage, { bytes, milliseconds }: DiscardBounds): void {
  const { socket } = request
  const { destroySoon } = socket
  let closing = false
  // Node is about to call this when the answer is the connection's last: half of it stays open until we have read.
  socket.destroySoon = () => {
    closing = true
    socket.end()
  }
  const cut = () => socket.destroy()
  const timer = setTimeout(cut, milliseconds)
  let left = bytes
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) cut()
  })
  // Makes us the reader in node's eyes, to whom it leaves the rest; asking for less might not, with its buffer full.
  request.read()
  finished(request, () => {
    clearTimeout(timer)
    socket.destroySoon = destroySoon
    if (closing) socket.destroySoon()
  })
}
