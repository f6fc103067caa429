// What the commands to persistent subscriptions ask for, decoded by hand.
import { decodeStreamIdentifier } from './append-request.ts'
import { decodeFilter, decodePosition, type FilterRequest, type Start } from './read-request.ts'
import { WireReader } from './wire.ts'

/** What a group reads: a stream, or the whole log. */
export type GroupSource = { readonly stream: string } | 'all'

/** Which group is meant; what the request does not say is undefined or empty. */
export interface GroupRequest {
  source: GroupSource | undefined
  group: string
}

/** Settings as they are on the wire; those left out are zero. */
export interface SettingsRequest {
  resolveLinks: boolean
  extraStatistics: boolean
  messageTimeoutMs: number
  maxRetryCount: number
  checkpointAfterMs: number
  minCheckpointCount: number
  maxCheckpointCount: number
  maxSubscriberCount: number
  liveBufferSize: number
  readBatchSize: number
  historyBufferSize: number
  /** By name, or by a number that stands for one. */
  strategy: string
}

/** A place in the log: its commit and prepare positions. */
export interface StartPosition {
  readonly commit: bigint
  readonly prepare: bigint
}

/** `CreateReq` and `UpdateReq`, which are laid out alike; updates have no filter. */
export interface ChangeRequest extends GroupRequest {
  from: Start<StartPosition>
  filter: FilterRequest | 'none' | undefined
  settings: SettingsRequest | undefined
}

/** `ReplayParkedReq`. */
export interface ReplayRequest extends GroupRequest {
  /** The first parked event that is left where it is. */
  stopAt: bigint | undefined
}

const TICKS_A_MS = 10_000
const STRATEGY_NUMBERS = ['DispatchToSingle', 'RoundRobin', 'Pinned']

const int32 = (reader: WireReader): number => Number(BigInt.asIntN(32, reader.uint64()))
const int64 = (reader: WireReader): bigint => BigInt.asIntN(64, reader.uint64())

function decodeSettings(bytes: Buffer): SettingsRequest & { revision: bigint } {
  const reader = new WireReader(bytes)
  let [number, name] = [0, '']
  const settings = {
    revision: 0n,
    resolveLinks: false,
    extraStatistics: false,
    messageTimeoutMs: 0,
    maxRetryCount: 0,
    checkpointAfterMs: 0,
    minCheckpointCount: 0,
    maxCheckpointCount: 0,
    maxSubscriberCount: 0,
    liveBufferSize: 0,
    readBatchSize: 0,
    historyBufferSize: 0,
  }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x08) settings.resolveLinks = reader.number() !== 0
    else if (tag === 0x10) settings.revision = reader.uint64()
    else if (tag === 0x18) settings.extraStatistics = reader.number() !== 0
    else if (tag === 0x20)
      settings.messageTimeoutMs = Math.trunc(Number(int64(reader)) / TICKS_A_MS)
    else if (tag === 0x28) settings.maxRetryCount = int32(reader)
    else if (tag === 0x30)
      settings.checkpointAfterMs = Math.trunc(Number(int64(reader)) / TICKS_A_MS)
    else if (tag === 0x38) settings.minCheckpointCount = int32(reader)
    else if (tag === 0x40) settings.maxCheckpointCount = int32(reader)
    else if (tag === 0x48) settings.maxSubscriberCount = int32(reader)
    else if (tag === 0x50) settings.liveBufferSize = int32(reader)
    else if (tag === 0x58) settings.readBatchSize = int32(reader)
    else if (tag === 0x60) settings.historyBufferSize = int32(reader)
    else if (tag === 0x68) number = int32(reader)
    else if (tag === 0x70) settings.messageTimeoutMs = int32(reader)
    else if (tag === 0x78) settings.checkpointAfterMs = int32(reader)
    else if (tag === 0x82) name = reader.bytes().toString('utf8')
    else reader.skip(tag)
  }
  return { ...settings, strategy: name || (STRATEGY_NUMBERS[number] ?? String(number)) }
}

function decodeStreamOptions(bytes: Buffer, request: ChangeRequest): void {
  const reader = new WireReader(bytes)
  let stream = ''
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) stream = decodeStreamIdentifier(reader.bytes())
    else if (tag === 0x10) request.from = revisionStart(reader.uint64())
    else {
      if (tag === 0x1a) request.from = 'start'
      else if (tag === 0x22) request.from = 'end'
      reader.skip(tag)
    }
  }
  request.source = { stream }
}

/** On the wire, 2^64-1 stands for the end. */
const revisionStart = (revision: bigint): Start<StartPosition> =>
  revision === 2n ** 64n - 1n ? 'end' : { commit: revision, prepare: 0n }

function decodeAllOptions(bytes: Buffer, request: ChangeRequest): void {
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) request.from = decodePosition(reader.bytes())
    else if (tag === 0x22) request.filter = decodeFilter(reader.bytes())
    else {
      if (tag === 0x12) request.from = 'start'
      else if (tag === 0x1a) request.from = 'end'
      else if (tag === 0x2a) request.filter = 'none'
      reader.skip(tag)
    }
  }
  request.source = 'all'
}

function decodeChange(bytes: Buffer): ChangeRequest {
  const reader = new WireReader(bytes)
  const request: ChangeRequest = {
    source: undefined,
    group: '',
    from: undefined,
    filter: undefined,
    settings: undefined,
  }
  let olderStream: string | undefined
  let revision = 0n
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) olderStream = decodeStreamIdentifier(reader.bytes())
    else if (tag === 0x12) request.group = reader.bytes().toString('utf8')
    else if (tag === 0x1a) {
      const settings = decodeSettings(reader.bytes())
      revision = settings.revision
      request.settings = settings
    } else if (tag === 0x22) decodeStreamOptions(reader.bytes(), request)
    else if (tag === 0x2a) decodeAllOptions(reader.bytes(), request)
    else reader.skip(tag)
  }
  // The fields that came first are deprecated, and are those that clients still use.
  if (!request.source && olderStream !== undefined) {
    request.source = { stream: olderStream }
    request.from = revisionStart(revision)
  }
  return request
}

/** The options of a message that has nothing else. */
function optionsOf(bytes: Buffer): Buffer {
  const reader = new WireReader(bytes)
  let options: Buffer = Buffer.alloc(0)
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) options = reader.bytes()
    else reader.skip(tag)
  }
  return options
}

/** Decodes a `CreateReq` or `UpdateReq`; throws `MalformedMessage`. */
export const decodeChangeRequest = (bytes: Buffer): ChangeRequest => decodeChange(optionsOf(bytes))

interface GroupFields {
  readonly stream: number
  readonly all: number
  readonly group: number
}

function decodeGroup(bytes: Buffer, fields: GroupFields): GroupRequest & { stopAt?: bigint } {
  const reader = new WireReader(optionsOf(bytes))
  const request: GroupRequest & { stopAt?: bigint } = { source: undefined, group: '' }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === fields.stream) request.source = { stream: decodeStreamIdentifier(reader.bytes()) }
    else if (tag === fields.group) request.group = reader.bytes().toString('utf8')
    else if (tag === 0x20) request.stopAt = int64(reader)
    else {
      if (tag === fields.all) request.source = 'all'
      reader.skip(tag)
    }
  }
  return request
}

/** Decodes a `DeleteReq`; throws `MalformedMessage`. */
export const decodeDeleteRequest = (bytes: Buffer): GroupRequest =>
  decodeGroup(bytes, { stream: 0x0a, group: 0x12, all: 0x1a })

/** Decodes a `GetInfoReq`; throws `MalformedMessage`. */
export const decodeInfoRequest = (bytes: Buffer): GroupRequest =>
  decodeGroup(bytes, { stream: 0x0a, all: 0x12, group: 0x1a })

/** Decodes a `ReplayParkedReq`; throws `MalformedMessage`. */
export function decodeReplayRequest(bytes: Buffer): ReplayRequest {
  const { stopAt, ...request } = decodeGroup(bytes, { group: 0x0a, stream: 0x12, all: 0x1a })
  return { ...request, stopAt }
}

/** Decodes a `ListReq`: the groups of one source, or of every one. Throws `MalformedMessage`. */
export function decodeListRequest(bytes: Buffer): GroupSource | 'every' | undefined {
  const reader = new WireReader(optionsOf(bytes))
  let wanted: GroupSource | 'every' | undefined
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x12) wanted = decodeListed(reader.bytes())
    else {
      if (tag === 0x0a) wanted = 'every'
      reader.skip(tag)
    }
  }
  return wanted
}

function decodeListed(bytes: Buffer): GroupSource | undefined {
  const reader = new WireReader(bytes)
  let wanted: GroupSource | undefined
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) wanted = { stream: decodeStreamIdentifier(reader.bytes()) }
    else {
      if (tag === 0x12) wanted = 'all'
      reader.skip(tag)
    }
  }
  return wanted
}
