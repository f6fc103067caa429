// gRPC by hand over node:http2, for tests that open more calls than the official client is made for.
import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { frame } from '../protocol/read-response.ts'
import { bytesField, EMPTY, message, varintField } from '../protocol/wire.ts'
import { MessageReader } from '../transport/framing.ts'
import { hungUp } from './hung-up.ts'

const STREAMS = '/event_store.client.streams.Streams'

/** How a call ended: the HTTP status, the gRPC status and its text, if any. */
export interface Ending {
  readonly http: number
  readonly status: string | undefined
  readonly message: string | undefined
}

/** What a subscription reads: a stream, or everything whose stream's name begins so. */
export type Watched = { readonly stream: string } | { readonly prefix: string }

const ALL = message(bytesField(2, EMPTY))
const FROM_START = bytesField(3, EMPTY)
const streamIdentifier = (name: string): Buffer => bytesField(1, bytesField(3, name))

function subscriptionRequest(watched: Watched): Buffer {
  const source =
    'stream' in watched
      ? bytesField(1, message(streamIdentifier(watched.stream), FROM_START))
      : bytesField(2, message(ALL))
  const filter =
    'stream' in watched
      ? bytesField(8, EMPTY)
      : bytesField(
          7,
          message(
            bytesField(1, bytesField(2, watched.prefix)),
            varintField(3, 32),
            varintField(5, 1),
          ),
        )
  const ids = bytesField(9, bytesField(2, EMPTY))
  return message(bytesField(1, message(source, bytesField(6, EMPTY), filter, ids)))
}

/** One subscription: what it was told so far. */
export class RawSubscription {
  confirmed = false
  caughtUp = false
  events = 0
  readonly stream: ClientHttp2Stream

  /** Calls back after each message. */
  constructor(stream: ClientHttp2Stream, onMessage: () => void) {
    this.stream = stream
    const reader = new MessageReader()
    stream.on('error', () => {})
    stream.on('data', (chunk: Buffer) =>
      reader.push(chunk, ([tag]) => {
        if (tag === 0x12) this.confirmed = true
        else if (tag === 0x42) this.caughtUp = true
        else if (tag === 0x0a) this.events++
        onMessage()
      }),
    )
  }
}

/** One connection. */
export class RawClient {
  readonly session: ClientHttp2Session
  /** Resolves when the connection is no more, whoever closed it. */
  readonly closed: Promise<void>

  /** It is held to none of the limits that Node sets itself: those of the server are of interest. */
  constructor(port: number) {
    this.session = connect(`http://127.0.0.1:${port}`, {
      maxSendHeaderBlockLength: 2 ** 24,
      maxSessionMemory: 256,
    })
    this.session.on('error', () => {})
    this.closed = hungUp(this.session)
  }

  /** Begins a call; the server's settings have to have come if there are many. */
  request(path: string, headers: Record<string, string> = {}): ClientHttp2Stream {
    const fixed = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc' }
    return this.session.request({ ...fixed, te: 'trailers', ...headers })
  }

  /** Makes a call with any bytes as its body, to its end. */
  call(path: string, body: Buffer, headers: Record<string, string> = {}): Promise<Ending> {
    return this.ended(this.request(path, headers), body)
  }

  /** Sends a call's body, and resolves with how it ended. */
  async ended(stream: ClientHttp2Stream, body: Buffer): Promise<Ending> {
    const seen: Record<string, unknown> = {}
    stream.on('response', response => Object.assign(seen, response))
    stream.on('trailers', trailers => Object.assign(seen, trailers))
    stream.on('error', () => {})
    stream.resume()
    stream.end(body)
    await once(stream, 'close')
    return {
      http: Number(seen[':status']),
      status: seen['grpc-status'] as string | undefined,
      message: seen['grpc-message'] as string | undefined,
    }
  }

  subscribe(watched: Watched, onMessage: () => void): RawSubscription {
    const stream = this.request(`${STREAMS}/Read`)
    stream.end(frame(subscriptionRequest(watched)))
    return new RawSubscription(stream, onMessage)
  }

  /** Resolves once the server has said how many calls it takes at once. */
  async ready(): Promise<void> {
    await once(this.session, 'remoteSettings')
  }

  async close(): Promise<void> {
    this.session.destroy()
    await this.closed
  }
}
