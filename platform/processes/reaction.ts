// Whether a server on this machine still reacts: a process that hangs has its connections taken by the system all the same.
import { connect } from 'node:net'

/** What makes a server of HTTP say something, whatever it thinks of the request; one that speaks TLS only refuses it. */
export const HTTP_GREETING = Buffer.from(
  'GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
)

/** The question whether TLS is spoken, which PostgreSQL answers before it asks for a name, and without a line in its log. */
export const POSTGRES_GREETING = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/**
 * Says the greeting and tells whether anything came of it in time: a byte, a refusal, a closed connection. Only silence
 * counts as none, for a server that is busy refusing is at work.
 */
export function reacts(port: number, greeting: Buffer, withinMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write(greeting))
    const tell = (reacted: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reacted)
    }
    const timer = setTimeout(() => tell(false), withinMs)
    for (const event of ['data', 'end', 'error', 'close']) socket.once(event, () => tell(true))
  })
}
