// The connection to a service: what came in on it is read even when nothing can be written to it any more.
import { Agent, type AgentOptions } from 'node:http'
import { type NetConnectOpts, Socket } from 'node:net'

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

/** An agent, as node's, of such connections. */
export function createReadingAgent(options: AgentOptions): Agent {
  const agent = new Agent(options)
  agent.createConnection = given => {
    const socket = new ReadingSocket(given)
    if (given.timeout !== undefined) socket.setTimeout(given.timeout)
    return socket.connect(given as NetConnectOpts)
  }
  return agent
}
