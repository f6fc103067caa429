// What Streams.Read is asked for, decoded by hand.
import { decodeStreamIdentifier } from './append-request.ts'
import type { IdForm } from './read-response.ts'
import { WireReader } from './wire.ts'

/** Where a read begins; undefined where the request does not say. */
export type Start<Place> = 'start' | 'end' | Place | undefined

/** A place in `$all`. */
export interface LogPosition {
  readonly commit: bigint
  readonly prepare: bigint
}

export interface FilterRequest {
  on: 'stream' | 'type' | undefined
  regex: string
  prefixes: string[]
  /** Events considered a page: `max`, or 'count' for the server's own number; undefined where neither is said. */
  window: number | 'count' | undefined
  checkpointMultiplier: number
}

export interface ReadRequest {
  source:
    | { readonly kind: 'stream'; readonly name: string; readonly from: Start<bigint> }
    | { readonly kind: 'all'; readonly from: Start<LogPosition> }
    | undefined
  backwards: boolean
  resolveLinks: boolean
  extent: { readonly count: bigint } | 'subscription' | undefined
  filter: FilterRequest | 'none' | undefined
  ids: IdForm | undefined
  compatibility: number
}

function decodeStreamOptions(bytes: Buffer): ReadRequest['source'] {
  const reader = new WireReader(bytes)
  let name = ''
  let from: Start<bigint>
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) name = decodeStreamIdentifier(reader.bytes())
    else if (tag === 0x10) from = reader.uint64()
    else {
      if (tag === 0x1a) from = 'start'
      else if (tag === 0x22) from = 'end'
      reader.skip(tag)
    }
  }
  return { kind: 'stream', name, from }
}

/** A message of a commit and a prepare position. */
export function decodePosition(bytes: Buffer): LogPosition {
  const reader = new WireReader(bytes)
  const position = { commit: 0n, prepare: 0n }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x08) position.commit = reader.uint64()
    else if (tag === 0x10) position.prepare = reader.uint64()
    else reader.skip(tag)
  }
  return position
}

function decodeAllOptions(bytes: Buffer): ReadRequest['source'] {
  const reader = new WireReader(bytes)
  let from: Start<LogPosition>
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) from = decodePosition(reader.bytes())
    else {
      if (tag === 0x12) from = 'start'
      else if (tag === 0x1a) from = 'end'
      reader.skip(tag)
    }
  }
  return { kind: 'all', from }
}

function decodeExpression(bytes: Buffer, filter: FilterRequest): void {
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) filter.regex = reader.bytes().toString('utf8')
    else if (tag === 0x12) filter.prefixes.push(reader.bytes().toString('utf8'))
    else reader.skip(tag)
  }
}

/** The options of a filter on `$all`. */
export function decodeFilter(bytes: Buffer): FilterRequest {
  const reader = new WireReader(bytes)
  const filter: FilterRequest = {
    on: undefined,
    regex: '',
    prefixes: [],
    window: undefined,
    checkpointMultiplier: 0,
  }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a || tag === 0x12) {
      filter.on = tag === 0x0a ? 'stream' : 'type'
      decodeExpression(reader.bytes(), filter)
    } else if (tag === 0x18) filter.window = reader.number()
    else if (tag === 0x28) filter.checkpointMultiplier = reader.number()
    else {
      if (tag === 0x22) filter.window = 'count'
      reader.skip(tag)
    }
  }
  return filter
}

/** The number of the only field that matters: 1 is structured, 2 is text. */
export function decodeIdForm(bytes: Buffer): IdForm | undefined {
  const reader = new WireReader(bytes)
  let form: IdForm | undefined
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) form = 'structured'
    else if (tag === 0x12) form = 'text'
    reader.skip(tag)
  }
  return form
}

function decodeCompatibility(bytes: Buffer): number {
  const reader = new WireReader(bytes)
  let compatibility = 0
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x08) compatibility = reader.number()
    else reader.skip(tag)
  }
  return compatibility
}

function decodeOptions(bytes: Buffer, request: ReadRequest): void {
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        request.source = decodeStreamOptions(reader.bytes())
        break
      case 0x12:
        request.source = decodeAllOptions(reader.bytes())
        break
      case 0x18:
        request.backwards = reader.number() === 1
        break
      case 0x20:
        request.resolveLinks = reader.number() !== 0
        break
      case 0x28:
        request.extent = { count: reader.uint64() }
        break
      case 0x32:
        reader.bytes()
        request.extent = 'subscription'
        break
      case 0x3a:
        request.filter = decodeFilter(reader.bytes())
        break
      case 0x42:
        reader.bytes()
        request.filter = 'none'
        break
      case 0x4a:
        request.ids = decodeIdForm(reader.bytes())
        break
      case 0x52:
        request.compatibility = decodeCompatibility(reader.bytes())
        break
      default:
        reader.skip(tag)
    }
  }
}

/** Decodes a `ReadReq`; throws `MalformedMessage`. What is not said stays undefined: the caller refuses it. */
export function decodeReadRequest(bytes: Buffer): ReadRequest {
  const request: ReadRequest = {
    source: undefined,
    backwards: false,
    resolveLinks: false,
    extent: undefined,
    filter: undefined,
    ids: undefined,
    compatibility: 0,
  }
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) decodeOptions(reader.bytes(), request)
    else reader.skip(tag)
  }
  return request
}
