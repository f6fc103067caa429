// The connection to a service: what came in on it is read even when nothing can be written to it any more.
import { Socket } from 'node:net'
import { type buildConnector, errors } from 'undici'

type Written = (error?: Error | null) => void

/**
 * A service that refuses a request early may close before it has read the whole of it. Writing on then fails, on which
 * node destroys a socket together with the answer that waits in it. This one writes into the void instead: reading soon
 * comes to the answer, or to the end, and that is what counts.
 */
export class ReadingSocket extends Socket {
  #deaf = false

  override _write(chunk: Buffer, encoding: BufferEncoding, done: Written): void {
    if (this.#deaf) done()
    else super._write(chunk, encoding, this.#unlessDeaf(done))
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Written): void {
    if (this.#deaf) done()
    else super._writev?.(chunks, this.#unlessDeaf(done))
  }

  #unlessDeaf(done: Written): Written {
    return error => {
      const { code } = (error ?? {}) as NodeJS.ErrnoException
      this.#deaf = code === 'EPIPE' || code === 'ECONNRESET'
      done(this.#deaf ? null : error)
    }
  }
}

const CONNECT_WITHIN_MS = 5_000

/** Gives undici such connections. */
export const connectReading: buildConnector.connector = ({ hostname, port }, callback) => {
  const socket = new ReadingSocket()
  const overdue = setTimeout(() => {
    socket.destroy(new errors.ConnectTimeoutError(`no connection within ${CONNECT_WITHIN_MS} ms`))
  }, CONNECT_WITHIN_MS)
  const failed = (error: Error) => {
    clearTimeout(overdue)
    callback(error, null)
  }
  socket.once('error', failed)
  socket.connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }, () => {
    clearTimeout(overdue)
    socket.off('error', failed)
    socket.setNoDelay(true)
    callback(null, socket)
  })
}
