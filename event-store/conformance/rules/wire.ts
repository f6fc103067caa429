// Single messages over the client's generated stubs, and how a call ended, in plain values.
import { Buffer } from 'node:buffer'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import type { ServiceError } from '@grpc/grpc-js'

/** The end of a call: status 0, or a refusal with its words and the trailers that clients look at. */
export interface Ended {
  readonly code: number
  readonly words: string
  readonly trailers: Readonly<Record<string, string>>
}
export const WELL: Ended = { code: 0, words: '', trailers: {} }

/** Headers that every gRPC answer has. */
const OF_TRANSPORT = /^(grpc-|content-type$|date$|server$)/

export function endedBy(error: ServiceError | null): Ended {
  if (!error) return WELL
  const trailers: Record<string, string> = {}
  for (const [key, value] of Object.entries(error.metadata?.getMap() ?? {})) {
    if (!OF_TRANSPORT.test(key)) trailers[key] = String(value)
  }
  return { code: error.code, words: error.details, trailers }
}

/** What a call of one answer came to. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly ended: Ended }
type Done<Answer> = (error: ServiceError | null, answer?: Answer) => void

/** Makes a call of one answer; the function gets what the stub wants as its last argument. */
export const outcomeOf = <Answer>(
  begin: (done: Done<Answer>) => unknown,
): Promise<Outcome<Answer>> =>
  new Promise(resolve => {
    begin((error, answer) => {
      if (error) resolve({ ended: endedBy(error) })
      else resolve({ answer: answer as Answer })
    })
  })

/** How a call of one answer ended. */
export const endOf = async (begin: (done: Done<unknown>) => unknown): Promise<Ended> => {
  const outcome = await outcomeOf(begin)
  return 'ended' in outcome ? outcome.ended : WELL
}

export function streamIdentifier(name: string) {
  const identifier = new shared.StreamIdentifier()
  identifier.setStreamName(Buffer.from(name))
  return identifier
}
export const nameOf = (identifier: InstanceType<typeof shared.StreamIdentifier> | undefined) =>
  identifier && Buffer.from(identifier.getStreamName_asU8()).toString()

export function uuid(text: string) {
  const id = new shared.UUID()
  id.setString(text)
  return id
}

/** What comes over a call, one after the other, and waits until somebody asks for it. */
export class Inbox<Message> {
  readonly #arrived: Message[] = []
  readonly #waiting: ((message: Message) => void)[] = []

  put(message: Message): void {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(message)
    else this.#arrived.push(message)
  }

  next(): Promise<Message> {
    const message = this.#arrived.shift()
    if (message !== undefined) return Promise.resolve(message)
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  async take(count: number): Promise<Message[]> {
    const taken: Message[] = []
    while (taken.length < count) taken.push(await this.next())
    return taken
  }

  /** Everything up to and with the first message that is so. */
  async until(isLast: (message: Message) => boolean): Promise<Message[]> {
    const taken: Message[] = []
    for (;;) {
      const message = await this.next()
      taken.push(message)
      if (isLast(message)) return taken
    }
  }
}
