// One request and its answer: from when its answer may begin until the last byte is out, or either end has gone.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { AnswerQueue, QueuedAnswer } from './answer-queue.ts'
import type { Client } from './client-address.ts'
import type { Decision } from './examine-request.ts'
import type { GatewayContext } from './gateway-context.ts'
import {
  BROKEN_WRITE,
  OVERLOADED,
  type Refusal,
  refuse,
  SLOW_BODY,
  SLOW_READ,
  SLOW_WRITE,
  TOO_MANY_FROM_ADDRESS,
  UNAVAILABLE,
  UNKNOWN_EXPECTATION,
} from './refusal.ts'
import { bodyOf } from './request-body.ts'
import { endToEnd, requestFields, valuesOf } from './request-fields.ts'
import type { Full } from './slots.ts'
import type { Failure, ServiceAnswer, Upstream } from './upstream.ts'

type ToService = Extract<Decision, { readonly service: unknown }>

export interface ExchangeOptions {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** By `Expect`. Who expects to be told to go on may send the body only then. */
  readonly expects: 'nothing' | 'to go on' | 'something else'
  readonly client: Client
  /** What the client's address counts as. */
  readonly addressKey: string
  /** Gives up the request's slot; or why it has none. */
  readonly slot: (() => void) | Full
  readonly context: GatewayContext
  readonly queue: AnswerQueue
}

export class Exchange implements QueuedAnswer {
  readonly #given: ExchangeOptions
  readonly #gone = new AbortController()
  /** What is to be done when the answer is out or its connection gone. */
  readonly #afterwards: (() => void)[] = []
  #begun = false

  constructor(options: ExchangeOptions) {
    this.#given = options
  }

  isWhole(): boolean {
    return this.#given.request.complete
  }

  begin(done: () => void): void {
    const { request, response, context, slot, expects } = this.#given
    this.#begun = true
    response.once('close', () => {
      this.drop()
      for (const task of this.#afterwards) task()
      done()
    })
    if (isLast(request, response)) this.#endConnection()
    const decision = context.decide(request)
    if (expects === 'something else') this.#refuse(UNKNOWN_EXPECTATION)
    else if ('refusal' in decision) this.#refuse(decision.refusal)
    else if ('probe' in decision) context.answerProbe(decision.probe, response)
    else if (typeof slot === 'string') this.#refuse(fullRefusal(slot))
    else if ('allow' in decision) {
      response.writeHead(204, { allow: decision.allow.join(', '), 'cache-control': 'no-store' })
      response.end()
    } else void this.#pass(decision)
  }

  refuse(refusal: Refusal): void {
    this.#gone.abort()
    this.#refuse(refusal)
  }

  drop(): void {
    const { slot, request } = this.#given
    if (typeof slot !== 'string') slot()
    this.#gone.abort()
    if (!this.#begun) request.resume()
  }

  async #pass(decision: ToService): Promise<void> {
    const { request, response, context } = this.#given
    const upstream = context.services[decision.service]
    this.#afterwards.push(() => context.count(upstream.name, response))
    const body = decision.hasBody ? this.#takeBody() : undefined
    if (body === 'refused') return
    const answer = await this.#ask(upstream, decision, body)
    if (response.destroyed || response.writableEnded) return
    if (answer === undefined) return
    if (typeof answer === 'string') this.#refuse(refusalOf(answer, request))
    else this.#passBack(answer)
  }

  #takeBody() {
    const { request, response, context, addressKey, expects } = this.#given
    const slot = context.bodies.take(addressKey)
    if (typeof slot === 'string') {
      this.#refuse(fullRefusal(slot))
      return 'refused' as const
    }
    if (expects === 'to go on') response.writeContinue()
    return bodyOf(request, {
      leastBytesPerSecond: context.bounds.leastBodyBytesPerSecond,
      lookEveryMs: context.bounds.lookAtBodiesEveryMs,
      onTooSlow: () => this.refuse(SLOW_BODY),
      onOver: slot,
    })
  }

  async #ask(
    upstream: Upstream,
    { path }: ToService,
    body: ReturnType<typeof bodyOf> | undefined,
  ): Promise<ServiceAnswer | Failure | undefined> {
    const { request, client } = this.#given
    const { method = 'GET', rawHeaders } = request
    const fields = requestFields(rawHeaders, upstream.host, client)
    try {
      return await upstream.ask({ method, path, fields, body, signal: this.#gone.signal })
    } catch {
      // Only given up by us: whoever did that has answered, or there is nobody to answer.
      return undefined
    }
  }

  #passBack(answer: ServiceAnswer): void {
    const { response } = this.#given
    const full = this.#placeForLong(answer)
    if (full !== undefined) {
      answer.body.on('error', () => {}).destroy()
      this.#refuse(fullRefusal(full))
      return
    }
    response.writeHead(answer.status, endToEnd(answer.fields))
    // The header at once: the first event of a live stream may be long in coming.
    response.flushHeaders()
    this.#watchReader()
    // An answer that breaks off must break off at the client too, or it would pass for a whole one.
    pipeline(answer.body, response, () => {})
  }

  /** A live stream needs a slot among the long answers now, any other answer when it turns out to be one. */
  #placeForLong({ fields }: ServiceAnswer): Full | undefined {
    const { response, context } = this.#given
    const isStream = valuesOf(fields, 'content-type').some(type =>
      /^text\/event-stream\b/i.test(type),
    )
    if (isStream) return this.#moveToLong()
    const timer = setTimeout(() => {
      if (this.#moveToLong() !== undefined) response.destroy()
    }, context.bounds.longAfterMs)
    this.#afterwards.push(() => clearTimeout(timer))
    return undefined
  }

  #moveToLong(): Full | undefined {
    const { context, slot, addressKey } = this.#given
    const long = context.longAnswers.take(addressKey)
    if (typeof long === 'string') return long
    if (typeof slot !== 'string') slot()
    this.#afterwards.push(long)
    return undefined
  }

  /** Ends an answer that waits for its reader without anything going out. */
  #watchReader(): void {
    const { response, context } = this.#given
    let moved = true
    response.on('drain', () => {
      moved = true
    })
    const look = setInterval(() => {
      if (response.writableNeedDrain && !moved) response.destroy()
      moved = false
    }, context.bounds.silentAtMostMs)
    this.#afterwards.push(() => clearInterval(look))
  }

  #refuse(refusal: Refusal): void {
    const { request, response, expects } = this.#given
    // A client that was not told to go on may send its body or leave it: what comes next can't be told apart.
    const closes = refusal.close ?? (expects === 'to go on' && !request.complete)
    if (closes) this.#endConnection()
    refuse(request, response, refusal)
  }

  /** This answer is the connection's last. */
  #endConnection(): void {
    this.#given.response.shouldKeepAlive = false
    this.#given.queue.close()
  }
}

const fullRefusal = (full: Full): Refusal =>
  full === 'address' ? TOO_MANY_FROM_ADDRESS : OVERLOADED

function refusalOf(failure: Failure, { method }: IncomingMessage): Refusal {
  const reads = method === 'GET' || method === 'HEAD'
  if (failure === 'slow') return reads ? SLOW_READ : SLOW_WRITE
  return failure === 'broken' && !reads ? BROKEN_WRITE : UNAVAILABLE
}

/**
 * Whether the connection ends with this answer. To HTTP/1.0 most answers have no other end; and after an `Upgrade`
 * Node's parser takes what follows for another protocol, where we speak only this one.
 */
const isLast = (request: IncomingMessage, response: ServerResponse): boolean =>
  !response.shouldKeepAlive ||
  request.httpVersion !== '1.1' ||
  request.headers.upgrade !== undefined
