// Persistent subscriptions message by message: commands on groups, and consumers, in words short enough for a table.
import service from '@eventstore/db-client/generated/persistent_grpc_pb.js'
import messages from '@eventstore/db-client/generated/persistent_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import {
  type Ended,
  endedBy,
  endOf,
  Inbox,
  outcomeOf,
  streamIdentifier,
  uuid,
  WELL,
} from './wire.ts'

type Settings = InstanceType<typeof messages.CreateReq.Settings>
type Answer = InstanceType<typeof messages.ReadResp>
export type Info = InstanceType<typeof messages.SubscriptionInfo>

export interface GroupWanted {
  /** The whole log if it is left out. */
  readonly stream?: string
  readonly group?: string
  /** `start`, `end`, a revision, or commit/prepare. */
  readonly from?: string
  /** Puts name and start of a stream where clients of before 21.10, and the one of today, put them. */
  readonly deprecated?: boolean
  /** By the names of their setters; null leaves the settings out. */
  readonly settings?: Readonly<Record<string, unknown>> | null
}

const DEFAULTS = {
  MessageTimeoutMs: 30_000,
  CheckpointAfterMs: 2000,
  MaxRetryCount: 10,
  MinCheckpointCount: 10,
  MaxCheckpointCount: 1000,
  LiveBufferSize: 500,
  ReadBatchSize: 20,
  HistoryBufferSize: 500,
}

function settingsOf(into: Settings, wanted: Readonly<Record<string, unknown>>): Settings {
  const setters = into as unknown as Record<string, (value: unknown) => void>
  for (const [name, value] of Object.entries({ ...DEFAULTS, ...wanted })) {
    if (value !== undefined) setters[`set${name}`]?.(value)
  }
  return into
}

interface Place {
  setStart(value: unknown): void
  setEnd(value: unknown): void
}
function begin<Options extends Place>(
  options: Options,
  from: string,
  at: (options: Options) => void,
): Options {
  if (from === 'start') options.setStart(new shared.Empty())
  else if (from === 'end') options.setEnd(new shared.Empty())
  else at(options)
  return options
}

/** Create and Update are laid out alike. */
function changeRequest(
  Request: typeof messages.CreateReq,
  { stream, group = 'g', from = 'start', deprecated = false, settings = {} }: GroupWanted,
) {
  const options = new Request.Options()
  options.setGroupName(group)
  const all = settings && settingsOf(new Request.Settings(), settings)
  if (all) options.setSettings(all)
  if (stream === undefined) {
    const place = begin(new Request.AllOptions(), from, whole => {
      const [commit, prepare = commit] = from.split('/') as [string, string?]
      const position = new Request.Position()
      position.setCommitPosition(commit)
      position.setPreparePosition(prepare)
      whole.setPosition(position)
    })
    if (place instanceof messages.CreateReq.AllOptions) place.setNoFilter(new shared.Empty())
    options.setAll(place)
  } else if (deprecated) {
    options.setStreamIdentifier(streamIdentifier(stream))
    all?.setRevision(from)
  } else {
    const place = begin(new Request.StreamOptions(), from, one => one.setRevision(from))
    place.setStreamIdentifier(streamIdentifier(stream))
    options.setStream(place)
  }
  const request = new Request()
  request.setOptions(options)
  return request
}

/** The methods on a group that take no more than its name. */
function named<
  Options extends {
    setStreamIdentifier(name: unknown): unknown
    setAll(all: unknown): unknown
    setGroupName(name: string): unknown
  },
>(options: Options, { stream, group = 'g' }: GroupWanted): Options {
  options.setGroupName(group)
  if (stream === undefined) options.setAll(new shared.Empty())
  else options.setStreamIdentifier(streamIdentifier(stream))
  return options
}

export class Groups {
  readonly stub: InstanceType<typeof service.PersistentSubscriptionsClient>

  constructor(port: number) {
    const address = `127.0.0.1:${port}`
    this.stub = new service.PersistentSubscriptionsClient(address, credentials.createInsecure())
  }

  close(): void {
    this.stub.close()
  }

  create(wanted: GroupWanted): Promise<Ended> {
    const request = changeRequest(messages.CreateReq, wanted)
    return endOf(done => this.stub.create(request, done as never))
  }

  update(wanted: GroupWanted): Promise<Ended> {
    const request = changeRequest(messages.UpdateReq as never, wanted)
    return endOf(done => this.stub.update(request as never, done as never))
  }

  delete(wanted: GroupWanted): Promise<Ended> {
    const request = new messages.DeleteReq()
    request.setOptions(named(new messages.DeleteReq.Options(), wanted))
    return endOf(done => this.stub.delete(request, done as never))
  }

  async info(wanted: GroupWanted): Promise<Info> {
    const request = new messages.GetInfoReq()
    request.setOptions(named(new messages.GetInfoReq.Options(), wanted))
    const outcome = await outcomeOf<InstanceType<typeof messages.GetInfoResp>>(done =>
      this.stub.getInfo(request, done as never),
    )
    if ('ended' in outcome) throw new Error(outcome.ended.words)
    return outcome.answer.getSubscriptionInfo() as Info
  }

  replay(wanted: GroupWanted): Promise<Ended> {
    const options = named(new messages.ReplayParkedReq.Options(), wanted)
    options.setNoLimit(new shared.Empty())
    const request = new messages.ReplayParkedReq()
    request.setOptions(options)
    return endOf(done => this.stub.replayParked(request, done as never))
  }

  consume(wanted: GroupWanted, bufferSize = 10, connectionName?: string): Consumer {
    return new Consumer(this.stub, wanted, bufferSize, connectionName)
  }
}

const { Action } = messages.ReadReq.Nack
export type Verdict = 'unknown' | 'park' | 'retry' | 'skip' | 'stop'

/** `2×0` for revision 2, never sent before; `1 by 0×0` for one that a link led to; the id to answer by beside it. */
export interface Given {
  readonly words: string
  /** Of the event itself, and of what stood in the stream of the group. */
  readonly id: string
  readonly ownId: string
}

function givenBy(answer: Answer): Given {
  const confirmation = answer.getSubscriptionConfirmation()
  if (confirmation) {
    return { words: `confirmed ${confirmation.getSubscriptionId()}`, id: '', ownId: '' }
  }
  const read = answer.getEvent()
  const [event, link] = [read?.getEvent(), read?.getLink()]
  const retry = read?.hasRetryCount() ? read.getRetryCount() : '?'
  const what = event ? event.getStreamRevision() : 'nothing'
  const by = link ? ` by ${link.getStreamRevision()}` : ''
  const ids = [event, link ?? event].map(recorded => recorded?.getId()?.getString() ?? '')
  return { words: `${what}${by}×${retry}`, id: ids[0] as string, ownId: ids[1] as string }
}

export class Consumer {
  readonly #call: ReturnType<InstanceType<typeof service.PersistentSubscriptionsClient>['read']>
  readonly #inbox = new Inbox<Given>()
  readonly ended: Promise<Ended>

  constructor(
    stub: InstanceType<typeof service.PersistentSubscriptionsClient>,
    wanted: GroupWanted,
    bufferSize: number,
    connectionName: string | undefined,
  ) {
    const metadata = new Metadata()
    if (connectionName !== undefined) metadata.set('connection-name', connectionName)
    this.#call = stub.read(metadata)
    this.#call.on('data', (answer: Answer) => this.#inbox.put(givenBy(answer)))
    this.ended = new Promise(resolve => {
      this.#call.on('error', error => resolve(endedBy(error as ServiceError)))
      this.#call.on('end', () => resolve(WELL))
    })
    const options = named(new messages.ReadReq.Options(), wanted)
    options.setBufferSize(bufferSize)
    const ids = new messages.ReadReq.Options.UUIDOption()
    ids.setString(new shared.Empty())
    options.setUuidOption(ids)
    const request = new messages.ReadReq()
    request.setOptions(options)
    this.#call.write(request)
  }

  next(count: number): Promise<Given[]> {
    return this.#inbox.take(count)
  }

  /** The next so many in words. */
  async told(count: number): Promise<string> {
    return (await this.next(count)).map(({ words }) => words).join(', ')
  }

  ack(...ids: readonly string[]): void {
    const ack = new messages.ReadReq.Ack()
    ack.setIdsList(ids.map(uuid))
    const request = new messages.ReadReq()
    request.setAck(ack)
    this.#call.write(request)
  }

  nack(verdict: Verdict, ...ids: readonly string[]): void {
    const nack = new messages.ReadReq.Nack()
    nack.setIdsList(ids.map(uuid))
    nack.setAction(Action[verdict.toUpperCase() as keyof typeof Action])
    nack.setReason('because')
    const request = new messages.ReadReq()
    request.setNack(nack)
    this.#call.write(request)
  }

  cancel(): void {
    this.#call.cancel()
  }
}
