// Streams.Read, message by message: reads and subscriptions, and what comes over them in words short enough for a table.

import shared from '@eventstore/db-client/generated/shared_pb.js'
import messages from '@eventstore/db-client/generated/streams_pb.js'
import type { ServiceError } from '@grpc/grpc-js'
import { type Ended, endedBy, Inbox, nameOf, streamIdentifier, WELL } from './wire.ts'
import type { Writes } from './writes.ts'

type Answer = InstanceType<typeof messages.ReadResp>
type Recorded = InstanceType<typeof messages.ReadResp.ReadEvent.RecordedEvent>
const { Options } = messages.ReadReq

export interface FilterWanted {
  readonly on?: 'stream' | 'type' | 'nothing'
  readonly prefixes?: readonly string[]
  readonly regex?: string
  /** Left out, there is no window; `count` leaves it to the server. */
  readonly window?: number | 'count'
  readonly interval?: number
}

export interface Wanted {
  /** A stream by its name; without one, `$all`. */
  readonly stream?: string
  /** `start`, `end`, `unset`, a revision, or commit/prepare. */
  readonly from?: string
  readonly backwards?: boolean
  /** `live` subscribes; left out, the request says neither. */
  readonly count?: string | number | 'live'
  readonly links?: boolean
  readonly filter?: FilterWanted | 'unset'
  readonly ids?: 'text' | 'structured' | 'unset'
  readonly compatibility?: number
}

const empty = () => new shared.Empty()

function streamOptions(stream: string, from: string) {
  const options = new Options.StreamOptions()
  options.setStreamIdentifier(streamIdentifier(stream))
  if (from === 'start') options.setStart(empty())
  else if (from === 'end') options.setEnd(empty())
  else if (from !== 'unset') options.setRevision(from)
  return options
}

function allOptions(from: string) {
  const options = new Options.AllOptions()
  if (from === 'start') options.setStart(empty())
  else if (from === 'end') options.setEnd(empty())
  else if (from !== 'unset') {
    const [commit, prepare = commit] = from.split('/') as [string, string?]
    const position = new Options.Position()
    position.setCommitPosition(commit)
    position.setPreparePosition(prepare)
    options.setPosition(position)
  }
  return options
}

function filterOptions({
  on = 'stream',
  prefixes = [],
  regex = '',
  window,
  interval = 1,
}: FilterWanted) {
  const options = new Options.FilterOptions()
  const expression = new Options.FilterOptions.Expression()
  expression.setPrefixList([...prefixes])
  expression.setRegex(regex)
  if (on === 'stream') options.setStreamIdentifier(expression)
  else if (on === 'type') options.setEventType(expression)
  if (window === 'count') options.setCount(empty())
  else if (window !== undefined) options.setMax(window)
  options.setCheckpointintervalmultiplier(interval)
  return options
}

export function readRequest(wanted: Wanted) {
  const { stream, from = 'start', count, filter, ids = 'text', compatibility } = wanted
  const options = new Options()
  if (stream === undefined) options.setAll(allOptions(from))
  else options.setStream(streamOptions(stream, from))
  options.setReadDirection(Options.ReadDirection[wanted.backwards ? 'BACKWARDS' : 'FORWARDS'])
  options.setResolveLinks(wanted.links ?? false)
  if (count === 'live') options.setSubscription(new Options.SubscriptionOptions())
  else if (count !== undefined) options.setCount(String(count))
  if (filter === undefined) options.setNoFilter(empty())
  else if (filter !== 'unset') options.setFilter(filterOptions(filter))
  if (ids !== 'unset') {
    const form = new Options.UUIDOption()
    if (ids === 'text') form.setString(empty())
    else form.setStructured(empty())
    options.setUuidOption(form)
  }
  if (compatibility !== undefined) {
    const control = new Options.ControlOption()
    control.setCompatibility(compatibility)
    options.setControlOption(control)
  }
  const request = new messages.ReadReq()
  request.setOptions(options)
  return request
}

/** `2` for an event, `2 by 0` for one that a link led to, `nothing by 0` for what a link does not lead to any more. */
function eventWords(event: Recorded | undefined, link: Recorded | undefined): string {
  const revision = event ? event.getStreamRevision() : 'nothing'
  return link ? `${revision} by ${link.getStreamRevision()}` : revision
}

/** An answer in words; what can't be told in a few of them is the name of its case. */
export function words(answer: Answer): string {
  const read = answer.getEvent()
  if (read) return eventWords(read.getEvent(), read.getLink())
  const checkpoint = answer.getCheckpoint()
  if (checkpoint) return `checkpoint ${checkpoint.getCommitPosition()}`
  if (answer.hasConfirmation()) return 'confirmed'
  if (answer.hasCaughtUp()) return 'caught up'
  if (answer.hasFellBehind()) return 'fell behind'
  if (answer.hasStreamNotFound()) return 'not found'
  if (answer.hasFirstStreamPosition()) return `first ${answer.getFirstStreamPosition()}`
  if (answer.hasLastStreamPosition()) return `last ${answer.getLastStreamPosition()}`
  return `content ${answer.getContentCase()}`
}

/** `a@2`: stream and revision of the event or, where it is gone, of its link. */
export function place(answer: Answer): string {
  const read = answer.getEvent()
  const recorded = read?.getEvent() ?? read?.getLink()
  if (!recorded) return words(answer)
  return `${nameOf(recorded.getStreamIdentifier())}@${recorded.getStreamRevision()}`
}
export const positionOf = (answer: Answer): bigint =>
  BigInt(answer.getEvent()?.getCommitPosition() ?? -1)

export interface WholeRead {
  readonly answers: readonly Answer[]
  readonly ended: Ended
}

/** A read from its first message to its end. */
export function readAll(writes: Writes, wanted: Wanted): Promise<WholeRead> {
  return new Promise(resolve => {
    const answers: Answer[] = []
    const call = writes.stub.read(readRequest(wanted), writes.metadata)
    call.on('data', (answer: Answer) => answers.push(answer))
    call.on('error', error => resolve({ answers, ended: endedBy(error as ServiceError) }))
    call.on('end', () => resolve({ answers, ended: WELL }))
  })
}

/** All that a read gives in words, and the status it ends with where that is not 0. */
export async function read(writes: Writes, wanted: Wanted, spell = words): Promise<string> {
  const { answers, ended } = await readAll(writes, wanted)
  const status = ended.code === 0 ? [] : [`status ${ended.code}`]
  return [...answers.map(spell), ...status].join(', ')
}

/** A subscription that is listened to message by message. */
export class Listener {
  readonly #call: ReturnType<Writes['stub']['read']>
  readonly #inbox = new Inbox<Answer | Ended>()

  constructor(writes: Writes, wanted: Omit<Wanted, 'count'>) {
    this.#call = writes.stub.read(readRequest({ ...wanted, count: 'live' }), writes.metadata)
    this.#call.on('data', (answer: Answer) => this.#inbox.put(answer))
    this.#call.on('error', error => this.#inbox.put(endedBy(error as ServiceError)))
    this.#call.on('end', () => this.#inbox.put(WELL))
  }

  #spell(message: Answer | Ended, spell: (answer: Answer) => string): string {
    return 'code' in message ? `status ${message.code}` : spell(message)
  }

  /** The next so many messages in words. */
  async next(count: number, spell = words): Promise<string> {
    const taken = await this.#inbox.take(count)
    return taken.map(message => this.#spell(message, spell)).join(', ')
  }

  /** Everything until it has caught up or ended, in words. */
  async history(spell = words): Promise<string> {
    const taken = await this.#inbox.until(message => 'code' in message || message.hasCaughtUp())
    return taken.map(message => this.#spell(message, spell)).join(', ')
  }

  cancel(): void {
    this.#call.cancel()
  }
}
