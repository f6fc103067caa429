// Events that are written over HTTP, one a request: POST to /streams/<name>, the part of AtomPub that is offered.
import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { Expectation } from '../protocol/append-request.ts'
import { uuidFromText } from '../protocol/uuid.ts'
import { CommitTimeout } from '../storage/errors.ts'
import type { Store, WriteOutcome } from '../store.ts'
import { isFault, newEvent, targetOf } from '../streams/proposal.ts'
import type { Page, PageRequest, PageSource } from '../transport/pages.ts'

/** What an event may weigh: four times as much as what an append over gRPC may hold. */
const MAX_EVENT_BYTES = 4 * 1024 * 1024
const MAX_INT64 = 2n ** 63n - 1n
const EVENT_TYPES: readonly string[] = ['application/json', 'application/octet-stream']
const NONE: Buffer = Buffer.alloc(0)

/** What a request's headers say of the event in its body. */
interface Headers {
  readonly contentType: string
  readonly id: Buffer
  readonly type: Buffer
  readonly expected: Expectation
}

const refused = (status: number, words: string): Page => ({ status, words })
const isPage = (found: Headers | Page): found is Page => 'status' in found

/** The pages below /streams; `secure` is whether they are reached over TLS. */
export function streamPages(store: Store, secure: boolean): PageSource {
  const answer = async (request: PageRequest): Promise<Page | undefined> => {
    const [stream = '', incoming, id, ...more] = request.parts
    const isIdempotent = incoming === 'incoming' && id !== undefined && more.length === 0
    if (request.method !== 'POST' || stream === '') return undefined
    if (incoming !== undefined && !isIdempotent) return undefined
    if (!store.access.allows(request.principal, 'write', stream))
      return refused(401, 'Unauthorized')
    const { host } = request.headers
    // Of HTTP/1.0 none need be told.
    const root = host ? `${secure ? 'https' : 'http'}://${host}` : ''
    const address = `${root}/streams/${encodeURIComponent(stream)}`
    const headers = headersOf(request, id, address)
    if (isPage(headers)) return headers
    const body = await request.body(MAX_EVENT_BYTES)
    if (!body) return refused(413, 'Too large events received. Limit is 4mb')
    return await write(store, stream, headers, body, address)
  }
  return { root: '/streams', answer }
}

function headersOf(
  request: PageRequest,
  givenId: string | undefined,
  address: string,
): Headers | Page {
  const of = (name: string): string | undefined => {
    const value = request.headers[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const contentType = (of('content-type') ?? '').split(';')[0]?.trim().toLowerCase() as string
  if (!EVENT_TYPES.includes(contentType)) return refused(415, 'Unsupported Media Type')
  // Node reads headers as Latin-1, a character for each byte.
  const type = Buffer.from(of('es-eventtype') ?? '', 'latin1')
  if (!isUtf8(type)) return refused(400, 'ES-EventType header in wrong format.')
  if (type.length === 0) return refused(400, 'Must include an event type as ES-EventType header.')
  const writtenId = givenId ?? of('es-eventid')
  if (writtenId === undefined) {
    // The address has an id, so what is sent there is written once, however often it is sent.
    const location = `${address}/incoming/${randomUUID()}`
    return { ...refused(307, 'Temporary Redirect'), headers: { location } }
  }
  const id = uuidFromText(writtenId)
  if (!id) return refused(400, 'ES-EventId header in wrong format.')
  const expected = expectationOf(of('es-expectedversion') ?? '-2')
  if (expected === undefined) return refused(400, 'ES-ExpectedVersion header in wrong format.')
  return { contentType, id, type, expected }
}

function expectationOf(text: string): Expectation | undefined {
  if (text === '-1') return 'no-stream'
  if (text === '-2') return 'any'
  if (text === '-4') return 'stream-exists'
  return /^\d{1,19}$/.test(text) && BigInt(text) <= MAX_INT64 ? BigInt(text) : undefined
}

/** The data are the body as it is: what calls itself JSON need not be any. */
function write(
  store: Store,
  stream: string,
  { contentType, id, type, expected }: Headers,
  data: Buffer,
  address: string,
): Page | Promise<Page> {
  const proposed = { id, type, contentType, data, customMetadata: NONE }
  const [event, target] = [newEvent(proposed), targetOf({ stream, expected })]
  if (isFault(event)) return refused(400, 'ES-EventId header in wrong format.')
  if ('kind' in target) return refused(400, 'A metastream of no stream.')
  return new Promise(resolve => {
    store.writeForClient(
      writer => writer.append(stream, target.expected, [event]),
      outcome => resolve(pageOf(outcome, address)),
      error => resolve(failureOf(error)),
    )
  })
}

function pageOf(outcome: WriteOutcome, address: string): Page {
  switch (outcome.kind) {
    case 'appended': {
      const headers = { location: `${address}/${outcome.revision}` }
      return { status: 201, words: 'Created', headers }
    }
    case 'wrong-expected-version': {
      const headers = { 'es-currentversion': String(outcome.current ?? -1) }
      return { ...refused(400, 'Wrong expected EventNumber'), headers }
    }
    case 'stream-deleted':
      return refused(410, 'Stream deleted')
    case 'too-large':
      return refused(413, 'Too large events received.')
  }
}

function failureOf(error: unknown): Page {
  if (error instanceof CommitTimeout) return refused(500, 'Write timeout')
  return { status: 500, json: { error: error instanceof Error ? error.message : String(error) } }
}
