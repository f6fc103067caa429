// The messages of the Projections service, by hand. What a request does not say is read as the protocol's default.
import { frame } from './read-response.ts'
import { bytesField, EMPTY, FIXED32, message, varintField, WireReader } from './wire.ts'

/** What the methods that name a projection are told; which of it counts is the method's to say. */
export interface ProjectionRequest {
  readonly name: string
  /** Of Update. */
  readonly query: string
  /** Of Disable: false asks for an abort. */
  readonly writeCheckpoint: boolean
}

/** Runs over the fields of the `options` that every request wraps; false where there are none. */
function readOptions(bytes: Buffer, read: (tag: number, options: WireReader) => void): boolean {
  const request = new WireReader(bytes)
  let found = false
  while (!request.done) {
    const tag = request.tag()
    if (tag !== 0x0a) {
      request.skip(tag)
      continue
    }
    found = true
    const options = new WireReader(request.bytes())
    while (!options.done) read(options.tag(), options)
  }
  return found
}

/** Decodes the request of Update, Delete, State, Result, Reset, Enable or Disable; undefined without options. */
export function decodeProjectionRequest(bytes: Buffer): ProjectionRequest | undefined {
  const request = { name: '', query: '', writeCheckpoint: false }
  const found = readOptions(bytes, (tag, options) => {
    if (tag === 0x0a) request.name = options.bytes().toString('utf8')
    else if (tag === 0x12) request.query = options.bytes().toString('utf8')
    else if (tag === 0x10) request.writeCheckpoint = options.number() !== 0
    else options.skip(tag)
  })
  return found ? request : undefined
}

export type ProjectionMode = 'all' | 'transient' | 'continuous' | 'one-time'
/** Whose statistics are asked for: one projection's, or those of a mode. */
export type StatisticsRequest = { readonly name: string } | { readonly mode: ProjectionMode }

const MODES: ReadonlyMap<number, ProjectionMode> = new Map([
  [0x12, 'all'],
  [0x1a, 'transient'],
  [0x22, 'continuous'],
  [0x2a, 'one-time'],
])

/** Decodes a `StatisticsReq`; undefined without options. No name at all asks for everything. */
export function decodeStatisticsRequest(bytes: Buffer): StatisticsRequest | undefined {
  let request: StatisticsRequest = { mode: 'all' }
  const found = readOptions(bytes, (tag, options) => {
    const mode = MODES.get(tag)
    if (tag === 0x0a) {
      const name = options.bytes().toString('utf8')
      request = name === '' ? { mode: 'all' } : { name }
      return
    }
    options.skip(tag)
    if (mode) request = { mode }
  })
  return found ? request : undefined
}

/** What is told of a projection. Positions are texts, empty where there is none yet. */
export interface ProjectionDetails {
  readonly name: string
  readonly status: string
  /** Why it stands as it does, when something went wrong. */
  readonly reason: string
  readonly version: number
  readonly epoch: number
  readonly position: string
  readonly lastCheckpoint: string
  /** Percent of the log, with a fraction. */
  readonly progress: number
  readonly eventsProcessed: number
}

function floatField(field: number, value: number): Buffer {
  const out = Buffer.alloc(5)
  out[0] = field * 8 + FIXED32
  out.writeFloatLE(value, 1)
  return out
}

const text = (field: number, value: string): Buffer =>
  value === '' ? EMPTY : bytesField(field, value)
const number = (field: number, value: number): Buffer =>
  value === 0 ? EMPTY : varintField(field, value)

/** A `StatisticsResp` as a gRPC frame. */
export function projectionStatistics(details: ProjectionDetails): Buffer {
  const fields = message(
    number(2, details.version),
    number(3, details.epoch),
    text(4, details.name),
    text(8, details.status),
    text(9, details.reason),
    text(10, details.name),
    text(11, 'Continuous'),
    text(12, details.position),
    details.progress === 0 ? EMPTY : floatField(13, details.progress),
    text(14, details.lastCheckpoint),
    number(15, details.eventsProcessed),
  )
  return frame(bytesField(1, fields))
}

/** Create, Update, Delete, Reset, Enable, Disable and RestartSubsystem answer with an empty message. */
export const DONE = frame(EMPTY)

/** `google.protobuf.Value` of an object without members, as a `StateResp` or `ResultResp`: links leave no state. */
export const EMPTY_STATE = frame(bytesField(1, bytesField(5, EMPTY)))
