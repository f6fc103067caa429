// Streams.Read: counted reads of a stream or `$all`, and subscriptions to them.
import { randomUUID } from 'node:crypto'
import { invalid, streamDeleted } from '../protocol/errors.ts'
import {
  decodeReadRequest,
  type FilterRequest,
  type ReadRequest,
} from '../protocol/read-request.ts'
import {
  confirmation,
  firstStreamPosition,
  lastStreamPosition,
  streamNotFound,
} from '../protocol/read-response.ts'
import { createdOf, positionOf, revisionOf, streamNameOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import { EventSender } from '../streams/event-sender.ts'
import { ALL, isHiddenFromAll } from '../streams/names.ts'
import { allSource } from '../subscriptions/all-subscription.ts'
import { aTurn, CatchUp, otherWork, PAGE_EVENTS } from '../subscriptions/catch-up.ts'
import { streamSource } from '../subscriptions/stream-subscription.ts'
import type { Call } from '../transport/call.ts'
import type { Handler } from '../transport/grpc-server.ts'
import { unary } from '../transport/grpc-server.ts'
import { understood, understoodFilter } from './understood.ts'

const LARGEST_UINT64 = 2n ** 64n - 1n
const TOO_LARGE = 2n ** 63n
/** The page of the real server, by which it decides whether to tell where a stream begins. */
const TOLD_PAGE_EVENTS = 50
/** The window of a filter whose request leaves it to the server. */
const DEFAULT_WINDOW = 32
/** Records of the log considered in one go by a filtered read. */
const FILTER_PAGE_EVENTS = 1000

/** Hidden records don't count for the reader: of a few, a few more are read. */
const LEAST_PAGE_EVENTS = 32

type StreamSource = Extract<NonNullable<ReadRequest['source']>, { kind: 'stream' }>
type AllSource = Extract<NonNullable<ReadRequest['source']>, { kind: 'all' }>

/** Serves `Streams.Read`. */
export const read = (store: Store): Handler =>
  unary((bytes, call) => {
    const request = understood(() => decodeReadRequest(bytes))
    const { source, extent, filter, ids, resolveLinks } = request
    if (!ids) throw invalid('The request does not say which form of event ids it wants.')
    if (!source || !extent || !filter) throw invalidCombination(request)
    store.access.demand(call.principal, 'read', source.kind === 'all' ? ALL : source.name)
    const sender = new EventSender(call, store.streams, { ids, resolveLinks })
    if (extent === 'subscription') {
      if (request.backwards) throw invalidCombination(request)
      return subscribe(store, call, sender, request)
    }
    if (source.kind === 'all') {
      return readAll(store, call, sender, source, request, extent.count)
    }
    if (filter !== 'none') throw invalidCombination(request)
    return readStream(store, call, sender, source, request, extent.count)
  })

function invalidCombination({ source, extent, backwards, filter }: ReadRequest) {
  const parts = [
    source === undefined ? 'None' : source.kind === 'all' ? 'All' : 'Stream',
    extent === undefined ? 'None' : extent === 'subscription' ? 'Subscription' : 'Count',
    backwards ? 'Backwards' : 'Forwards',
    filter === undefined ? 'None' : filter === 'none' ? 'NoFilter' : 'Filter',
  ]
  return invalid(`The combination of (${parts.join(', ')}) is invalid.`)
}

/** A revision as a number: -1 before the first event, Infinity for the end, which 2^64-1 stands for, too. */
function revisionFrom({ name, from }: StreamSource): number {
  if (name === '') throw invalid('The name of the stream is empty.')
  if (from === undefined) throw invalid('The request does not say where to begin.')
  if (from === 'start') return -1
  if (from === 'end' || from === LARGEST_UINT64) return Infinity
  if (from >= TOO_LARGE) throw invalid(`Revision ${from} is out of range.`)
  return Number(from)
}

async function readStream(
  { streams }: Store,
  call: Call,
  sender: EventSender,
  source: StreamSource,
  { backwards, compatibility }: ReadRequest,
  wanted: bigint,
): Promise<void> {
  const from = revisionFrom(source)
  if (wanted === 0n) throw invalid('A read of no events.')
  if (!backwards && from === Infinity) throw invalid('There is nothing to read after the end.')
  const found = streams.visible(source.name)
  if (found.kind === 'tombstoned') throw streamDeleted(source.name)
  if (found.kind === 'not-found') {
    call.send(streamNotFound(source.name))
    call.end()
    return
  }
  const { number, first, head, oldest } = found
  const start = Math.max(from, 0)
  const tellsEnds = compatibility >= 1
  if (tellsEnds && !backwards) tellFirst(call, found, start, Number(wanted))
  let next = backwards ? Math.min(start, head) : Math.max(start, first)
  const last = backwards ? Math.max(first, 0) : head
  let left = Number(wanted)
  while (left > 0 && (backwards ? next >= last : next <= last)) {
    const range = { from: next, to: last, limit: Math.min(left, PAGE_EVENTS), backwards }
    const found = streams.log.scanStream(number, range, record => {
      next = revisionOf(record) + (backwards ? -1 : 1)
      if (createdOf(record) < oldest) return
      sender.send(record)
      left--
    })
    if (found === 0) break
    if (call.congested && !(await call.ready())) return
  }
  if (tellsEnds) call.send(lastStreamPosition(head))
  call.end()
}

/**
 * Clients that ask for it are told where a stream begins, as the real server does: when the first page of a read lies
 * before the first event that is shown, or beyond the last.
 */
function tellFirst(
  call: Call,
  { first, head }: { readonly first: number; readonly head: number },
  start: number,
  wanted: number,
): void {
  const pageEnd = start + Math.min(wanted, TOLD_PAGE_EVENTS) - 1
  if (start < first && first > Math.min(pageEnd, head) && Number.isFinite(first)) {
    call.send(firstStreamPosition(first))
  }
  if (Math.max(start, first) > head + 1) call.send(firstStreamPosition(head + 1))
}

/** A position as a number: 0 before the first event, `Infinity` for the end. */
function positionFrom({ from }: AllSource): number {
  if (from === undefined) throw invalid('The request does not say where to begin.')
  if (from === 'start') return 0
  if (from === 'end' || from.commit >= TOO_LARGE) return Infinity
  if (from.prepare > from.commit)
    throw invalid('The prepare position is beyond the commit position.')
  return Number(from.commit)
}

async function readAll(
  { log }: Store,
  call: Call,
  sender: EventSender,
  source: AllSource,
  { backwards, filter }: ReadRequest,
  wanted: bigint,
): Promise<void> {
  let from = positionFrom(source)
  const matches = filter && filter !== 'none' ? understoodFilter(filter) : () => true
  const limit = filter === 'none' ? PAGE_EVENTS : FILTER_PAGE_EVENTS
  const end = log.lastPosition
  let left = Number(wanted)
  while (left > 0 && (backwards || from <= end)) {
    const range = { from, backwards, limit: Math.min(limit, Math.max(left, LEAST_PAGE_EVENTS)) }
    const goesOn = aTurn()
    const found = log.scanAll(range, record => {
      from = positionOf(record) + (backwards ? 0 : 1)
      if (!isHiddenFromAll(streamNameOf(record)) && matches(record)) {
        sender.send(record)
        left--
      }
      return left > 0 && goesOn()
    })
    if (found === 0) break
    if (!(await call.ready())) return
    if (filter !== 'none') await otherWork()
  }
  call.end()
}

function subscribe(store: Store, call: Call, sender: EventSender, request: ReadRequest): void {
  const { source, filter } = request
  if (source?.kind === 'stream') {
    if (filter !== 'none') throw invalidCombination(request)
    const from = revisionFrom(source)
    if (store.streams.isTombstoned(source.name)) throw streamDeleted(source.name)
    const { streams } = store
    const end = (): number => streams.headOnDisk(streams.state(source.name))
    const after = from === Infinity ? end() : from
    new CatchUp(call, streamSource({ ...store, sender }, { stream: source.name, after })).start()
    return
  }
  const from = positionFrom(source as AllSource)
  const after = from === Infinity ? store.log.lastPosition : from
  const filtered = filter === 'none' ? undefined : checkpointed(call, filter as FilterRequest)
  new CatchUp(call, allSource({ ...store, sender, call }, { after, filtered })).start()
}

function checkpointed(call: Call, request: FilterRequest) {
  const { window, checkpointMultiplier } = request
  const filter = understoodFilter(request)
  if (window === undefined) throw invalid('The filter says nothing of its window.')
  if (checkpointMultiplier === 0) throw invalid('The interval of checkpoints must not be zero.')
  if (window === 0) {
    // The real server confirms before it finds out.
    call.send(confirmation(randomUUID()))
    throw invalid('The search window must not be zero.')
  }
  const size = window === 'count' ? DEFAULT_WINDOW : window
  return { filter, checkpointEvery: size * checkpointMultiplier }
}
